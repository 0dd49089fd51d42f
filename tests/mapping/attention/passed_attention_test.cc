// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/passed_attention.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(PassedAttention, OfOneStackIsOneForEachLayer) {
  TransformerSpec spec = testing::tiny_llama();
  spec.sliding_window = 6;
  const Network network = build_network(spec);
  const auto all = attentions_of(network, resolve(spec, {10, 5, 1, {}}));
  ASSERT_EQ(all.size(), 2u);
  for (const PassedAttention& each : all) {
    EXPECT_EQ(each.held, 6);
    EXPECT_EQ(each.stored, 14);
  }
}

/// Two layers of an encoder, three of a decoder, each of which has two attentions.
TEST(PassedAttention, OfTwoStacksHoldsSourceAndAnswerApart) {
  const Network network = build_network(testing::tiny_t5());
  Request request = resolve(testing::tiny_t5(), {20, 7, 2, {}});
  request.window = 5;  // of an engine, which does not cut what crosses
  std::map<std::string, int> count;
  for (const PassedAttention& each : attentions_of(network, request)) {
    const bool crosses = is_cross_attention(network, each.scores);
    const bool encodes = reads_source(network, each.scores);
    EXPECT_EQ(each.held, crosses || encodes ? 20 : 5);
    EXPECT_EQ(each.stored, crosses || encodes ? 20 : 7);
    ++count[encodes ? "encoder" : crosses ? "cross" : "decoder"];
  }
  EXPECT_EQ(count["encoder"], 2);
  EXPECT_EQ(count["cross"], 3);
  EXPECT_EQ(count["decoder"], 3);
}

}  // namespace
}  // namespace ohm
