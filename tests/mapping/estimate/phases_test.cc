// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/phases.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

TEST(Phases, PhasesCoverEveryTokenOnce) {
  const auto phases = phases_of({true, 5, 4, 1});
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].last + 1, phases[1].first);
  EXPECT_EQ(phases[1].last, 7);
  EXPECT_EQ(phases_of({true, 5, 1, 1}).size(), 1u);
  EXPECT_EQ(phases_of({false, 5, 0, 1})[0].name, "encoder");
}

TEST(Phases, MacsFollowTheClosedForms) {
  const Index w = 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128), head = 32 * 50;
  const Request gpt{true, 10, 5, 3};  // 14 tokens pass, 5 leave
  EXPECT_EQ(macs_of(mapped(testing::tiny_gpt()), gpt),
            3 * (14 * w + 5 * head + 2 * 2 * 32 * (14 * 15 / 2)));
  const Request bert{false, 9, 0, 2};
  EXPECT_EQ(macs_of(mapped(testing::tiny_bert()), bert),
            2 * (9 * w + 32 * 32 + 32 * 3 + 2 * 2 * 32 * 81));
  const Request vit{false, 17, 0, 1};
  EXPECT_EQ(macs_of(mapped(testing::tiny_vit()), vit),
            16 * 4 * 32 + 17 * w + 32 * 10 + 2 * 2 * 32 * 17 * 17);
  EXPECT_EQ(macs_of(mapped(testing::tiny_gpt(), {testing::with("head", "digital")}), gpt),
            macs_of(mapped(testing::tiny_gpt()), gpt));
}

std::int64_t macs_of_all_passes(const TransformerSpec& spec, const Workload& workload) {
  std::int64_t sum = 0;
  for (const Request& pass : passes_of(resolve(spec, workload))) sum += macs_of(mapped(spec), pass);
  return sum;
}

TEST(Phases, MacsOfLayersThatTakeTurnsFollowTheWindowOfEach) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 5;
  spec.sliding_window = 4;
  spec.layer_types = {"sliding_attention", "full_attention"};  // three slide, two do not
  const Index w = 5 * (32 * (32 + 2 * 16) + 32 * 32 + 3 * 32 * 128), head = 32 * 50;
  const Index sliding = 1 + 2 + 3 + 11 * 4, full = 14 * 15 / 2;
  EXPECT_EQ(macs_of_all_passes(spec, {10, 5, 3, {}}),
            3 * (14 * w + 5 * head + 2 * 32 * (3 * sliding + 2 * full)));
}

TEST(Phases, MacsOfExpertsAreThoseOfTheActiveOnes) {
  const Index attention = 32 * (32 + 2 * 16) + 32 * 32, experts = 2 * 3 * 32 * 128;
  const Index layer = attention + 32 * 4 + experts;  // and the router
  EXPECT_EQ(macs_of_all_passes(testing::tiny_mixtral(), {10, 5, 3, {}}),
            3 * (14 * 2 * layer + 5 * 32 * 50 + 2 * 2 * 32 * (14 * 15 / 2)));
}

TEST(Phases, MacsOfLatentAttentionAreThoseOfItsAbsorbedForm) {
  const Index queries = 32 * 24 + 24 * 4 * (8 + 4), latents = 32 * (16 + 4) + 16 * 4 * (8 + 8);
  const Index attention = queries + latents + 4 * 8 * 32;
  const Index dense = 3 * 32 * 128, sparse = 32 * 8 + (2 + 1) * 3 * 32 * 48;
  const Index per_position = 4 * (16 + 4) + 4 * 16;
  EXPECT_EQ(
      macs_of_all_passes(testing::tiny_deepseek(), {10, 5, 1, {}}),
      14 * (3 * attention + dense + 2 * sparse) + 5 * 32 * 50 + 3 * per_position * (14 * 15 / 2));
}

TEST(Phases, MacsOfTwoStacksAreThoseOfBoth) {
  const Index self = 32 * 96 + 32 * 32, feed_forward = 2 * 32 * 128, cross = 2 * 32 * 32;
  const Index source = 2 * (self + feed_forward) + 3 * 32 * 64;  // and the keys of three layers
  const Index target = 3 * (self + cross + feed_forward) + 32 * 50;
  EXPECT_EQ(macs_of_all_passes(testing::tiny_t5(), {12, 5, 2, {}}),
            2 * (12 * source + 5 * target + 2 * 32 * (2 * 12 * 12 + 3 * (5 * 6 / 2) + 3 * 5 * 12)));
}

}  // namespace
}  // namespace ohm
