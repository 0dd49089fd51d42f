// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_network.h"

#include <gtest/gtest.h>

#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

bool always(const StaticMatmul&) {
  return true;
}

TEST(ShapeNetwork, EqualLayersAreOneKind) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 7;
  const ShapeNetwork shape = shape_network(build_network(spec), always);
  EXPECT_EQ(shape.kinds.size(), 3U);  // embedding, layer, head
  EXPECT_EQ(shape.layers.size(), 9U);
  EXPECT_EQ(shape.layers[3].kind, shape.layers[7].kind);
  EXPECT_EQ(shape.kinds[shape.layers[3].kind].matrices.size(), 4U);
  EXPECT_EQ(shape.tables, 2);
}

TEST(ShapeNetwork, LayersWhoseMatricesLiveElsewhereAreAnotherKind) {
  const auto crossbars = [](const StaticMatmul& m) { return m.name != "h.1.ffn.up"; };
  const ShapeNetwork shape = shape_network(build_network(testing::tiny_gpt()), crossbars);
  EXPECT_NE(shape.layers[1].kind, shape.layers[2].kind);
}

TEST(ShapeNetwork, ExpertsForWhichOthersStandAreCounted) {
  const Network network = build_network(testing::tiny_deepseek());
  const ShapeNetwork shape = shape_network(network, always);
  Index weights = 0;
  for (const LayerUse& use : shape.layers) {
    const LayerKind& kind = shape.kinds[use.kind];
    auto skipped = kind.behind;
    for (const ShapeMatrix& m : kind.matrices) {
      weights += m.rows * m.columns;
      skipped.insert(skipped.end(), m.before.begin(), m.before.end());
    }
    for (const SkippedMatrices& s : skipped) weights += s.count * s.rows * s.columns;
  }
  Index all = 0;
  for (const StaticMatmul& m : network.matmuls) all += m.weights();
  EXPECT_EQ(weights, all);
}

/// Source and layers of the first stack, both norm and embedding, layers of the second, head.
TEST(ShapeNetwork, OfTwoStacksSaysWhichPassAnOperatorWorksIn) {
  const Network network = build_network(testing::tiny_t5());
  const ShapeNetwork shape = shape_network(network, always);
  const Request second{true, 1, 4, 1, 0, 7}, first = first_stack_of(second);
  ASSERT_EQ(shape.layers.size(), 1U + 2 + 1 + 3 + 1);
  EXPECT_EQ(shape.layers[1].kind, shape.layers[2].kind);
  EXPECT_EQ(shape.layers[4].kind, shape.layers[6].kind);
  size_t v = 0;
  for (const LayerUse& use : shape.layers) {
    for (const ShapeOperator& op : shape.kinds[use.kind].operators) {
      const Index vertex = network.order[v++];
      EXPECT_EQ(works_in(op, first), is_planned(network, vertex, first));
      EXPECT_EQ(works_in(op, second), is_planned(network, vertex, second));
      EXPECT_EQ(op.crosses, is_cross_attention(network, vertex));
    }
  }
  EXPECT_EQ(v, network.order.size());
  const ShapeOperator* keys = last_of(shape.kinds[shape.layers[4].kind], first);
  ASSERT_NE(keys, nullptr);
  EXPECT_TRUE(keys->keeps);
  EXPECT_EQ(keys->from, std::vector<int>{ShapeOperator::kSource});
  EXPECT_EQ(last_of(shape.kinds[shape.layers[1].kind], second), nullptr);
}

}  // namespace
}  // namespace ohm
