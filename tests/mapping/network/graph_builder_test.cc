// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/graph_builder.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(GraphBuilder, NamesOperatorsByTheirLayerAndConnectsThem) {
  GraphBuilder b(testing::tiny_gpt());
  const Index stream = b.add({.kind = OpKind::embedding, .name = "embedding"}, {});
  b.enter_layer(3);
  const Index normed = b.norm("norm1", stream);
  const Index made = b.matmul("ffn.up", {.part = "ffn_up", .rows = 32, .columns = 8}, {normed});
  const Index active = b.activation("ffn.activation", 8, "gelu", made);
  b.enter_layer(-1);
  b.output_from_here();
  const Index last = b.residual("sum", stream, active);
  const Network network = b.take();
  EXPECT_EQ(network.op(stream).name, "embedding");
  EXPECT_EQ(network.op(normed).name, "h.3.norm1");
  EXPECT_EQ(network.op(normed).norm, 0);
  EXPECT_EQ(network.matmuls[0].name, "h.3.ffn.up");
  EXPECT_EQ(network.op(made).matmul, 0);
  EXPECT_EQ(network.op(made).out_features, 8);
  EXPECT_EQ(network.op(active).function, "gelu");
  EXPECT_FALSE(network.op(active).output);
  EXPECT_TRUE(network.op(last).output);
  EXPECT_EQ(boost::in_degree(static_cast<size_t>(last), network.graph), 2u);
  EXPECT_TRUE(
      boost::edge(static_cast<size_t>(normed), static_cast<size_t>(made), network.graph).second);
  EXPECT_EQ(network.order.back(), last);
}

}  // namespace
}  // namespace ohm
