// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/layer_steps.h"

#include <gtest/gtest.h>

#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

/// The plan's step of this action, by the name of its operator without the layer.
Picoseconds planned(const testing::BothWays& b, const std::string& name,
                    const std::string& action) {
  for (const Step& step : plan_tokens(b.mapping, b.request).steps) {
    if (b.mapping.network.op(step.vertex).name == name && step.action == action) {
      return step.latency;
    }
  }
  return -1;
}

TEST(LayerSteps, AreThoseOfThePlan) {
  const testing::BothWays b(testing::tiny_llama(), testing::one_or_many(100'000), {});
  const ShapeCase c = b.shape();
  const LayerKind& kind = b.layers.kinds[b.layers.layers[1].kind];
  const auto steps = StepClock(c).of(kind);
  for (size_t i = 0; i < kind.operators.size(); ++i) {
    const OpKind op = kind.operators[i].kind;
    if (op == OpKind::norm) {
      EXPECT_EQ(steps[i].own, planned(b, "h.0.norm1", "norm"));
    }
    if (op == OpKind::rope) {
      EXPECT_EQ(steps[i].own, planned(b, "h.0.attn.rope", "rope"));
    }
    if (op == OpKind::gate) {
      EXPECT_EQ(steps[i].own, planned(b, "h.0.ffn.product", "gate"));
    }
  }
  const auto first = StepClock(c).of(b.layers.kinds[b.layers.layers[0].kind]);
  EXPECT_EQ(first[0].fetch.busy + first[0].fetch.start_up, planned(b, "embedding", "fetch"));
}

TEST(LayerSteps, OfExpertsOccupyForTheirShareOfTheTokens) {
  const testing::BothWays b(testing::tiny_mixtral(), testing::one_or_many(100'000), {});
  const ShapeCase c = b.shape();
  const StepClock clock(c);
  EXPECT_EQ(clock.shared(101, true), 51);  // two of four experts
  EXPECT_EQ(clock.shared(101, false), 101);
}

}  // namespace
}  // namespace ohm
