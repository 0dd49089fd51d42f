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

TEST(GraphBuilder, PutsAnAdapterBesideItsMatrixAndAddsBoth) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.d_ff = 8;
  spec.lora_rank = 3;
  spec.lora_parts = {"ffn_up"};
  spec.lora_placement = "beside";
  spec.weight_levels = 3;
  GraphBuilder b(spec);
  const Index stream = b.add({.kind = OpKind::embedding, .name = "embedding"}, {});
  b.enter_layer(0);
  const Index sum = b.matmul("ffn.up", {.part = "ffn_up", .rows = 32, .columns = 8}, {stream});
  const Index other = b.matmul("attn.out", {.part = "attn_out", .rows = 8, .columns = 32}, {sum});
  const Network network = b.take();
  ASSERT_EQ(network.matmuls.size(), 4u);
  const StaticMatmul &low = network.matmuls[0], &high = network.matmuls[1];
  EXPECT_EQ(low.name, "h.0.ffn.up_lora_a");
  EXPECT_EQ(low.part, "ffn_up_lora_a");
  EXPECT_EQ(low.rows, 32);
  EXPECT_EQ(low.columns, 3);
  EXPECT_EQ(high.name, "h.0.ffn.up_lora_b");
  EXPECT_EQ(high.rows, 3);
  EXPECT_EQ(high.columns, 8);
  EXPECT_FALSE(low.bias || high.bias);
  EXPECT_EQ(low.levels, 0);  // adapters keep real weights
  EXPECT_EQ(network.matmuls[2].levels, 3);
  EXPECT_EQ(network.op(sum).kind, OpKind::residual);
  EXPECT_EQ(network.op(sum).in_features, 8);
  const auto reads = [&](Index from, Index to) {
    return boost::edge(static_cast<size_t>(from), static_cast<size_t>(to), network.graph).second;
  };
  EXPECT_TRUE(reads(stream, 1) && reads(1, 2) && reads(stream, 3) && reads(2, sum) &&
              reads(3, sum));
  EXPECT_EQ(network.op(other).kind, OpKind::matmul);
}

}  // namespace
}  // namespace ohm
