// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/workload.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Workload load(Index prompt, Index generate, Index batch = 1) {
  return {prompt, generate, batch, {}};
}

TEST(Workload, LetsADecoderFillItsContextAndNoMore) {
  const TransformerSpec spec = testing::tiny_gpt();    // context 64
  EXPECT_EQ(resolve(spec, load(60, 5)).tokens(), 64);  // the last token does not pass through
  EXPECT_THROW(resolve(spec, load(60, 6)), ArgumentError);
  EXPECT_EQ(resolve(spec, load(64, 1)).tokens(), 64);
  EXPECT_THROW(resolve(spec, load(65, 1)), ArgumentError);
}

TEST(Workload, HasTheWindowOfTheLayerThatSeesMost) {
  TransformerSpec spec = testing::tiny_llama();
  spec.sliding_window = 5;
  EXPECT_EQ(resolve(spec, load(9, 3)).window, 5);
  spec.layer_types = {"full_attention", "sliding_attention"};
  const Request request = resolve(spec, load(9, 3));
  EXPECT_EQ(request.window, 0);
  EXPECT_EQ(within(request, 5).window, 5);
  EXPECT_EQ(attended_positions(within(request, 5), 0, 10), 1 + 2 + 3 + 4 + 7 * 5);
  spec.layer_types = {"sliding_attention"};
  EXPECT_EQ(resolve(spec, load(9, 3)).window, 5);
  EXPECT_EQ(tighter(0, 0), 0);
  EXPECT_EQ(tighter(0, 3), 3);
  EXPECT_EQ(tighter(3, 0), 3);
  EXPECT_EQ(tighter(4, 3), 3);
}

TEST(Workload, RefusesNothingToDo) {
  const TransformerSpec spec = testing::tiny_gpt();
  EXPECT_THROW(resolve(spec, load(0, 1)), ArgumentError);
  EXPECT_THROW(resolve(spec, load(-1, 1)), ArgumentError);
  EXPECT_THROW(resolve(spec, load(4, 0)), ArgumentError);
  EXPECT_THROW(resolve(spec, load(4, 4, 0)), ArgumentError);
  EXPECT_THROW(resolve(spec, load(4, 4, -1)), ArgumentError);
  EXPECT_THROW(resolve(spec, load(4, std::numeric_limits<Index>::max())), ArgumentError);
}

TEST(Workload, RefusesImpossibleActivity) {
  Workload workload = load(4, 4);
  workload.activity = {{1.5, 0.5}};
  EXPECT_THROW(resolve(testing::tiny_gpt(), workload), ArgumentError);
  workload.activity = {{std::numeric_limits<double>::quiet_NaN(), 0.5}};
  EXPECT_THROW(resolve(testing::tiny_gpt(), workload), ArgumentError);
}

TEST(Workload, RefusesAnImbalanceThatNoExpertCanHave) {
  Workload workload = load(4, 4);
  const TransformerSpec mixtral = testing::shipped_network("mixtral-8x7b");  // 2 of 8
  for (const double imbalance : {1.0, 4.0}) {
    workload.expert_imbalance = imbalance;
    EXPECT_EQ(resolve(mixtral, workload).expert_imbalance, imbalance);
  }
  for (const double imbalance : {0.99, 4.01, 100.0, std::numeric_limits<double>::quiet_NaN()}) {
    workload.expert_imbalance = imbalance;
    EXPECT_THROW(resolve(mixtral, workload), ArgumentError) << imbalance;
  }
  workload.expert_imbalance = 2.0;
  EXPECT_THROW(resolve(testing::tiny_gpt(), workload), ArgumentError);
}

TEST(Workload, ChoosesWhatIsLeftOpen) {
  const Request gpt = resolve(testing::tiny_gpt(), {});
  EXPECT_EQ(gpt.prompt, 32);
  EXPECT_EQ(gpt.generate, 32);
  const Request large = resolve(testing::shipped_network("gpt2-small"), {});
  EXPECT_EQ(large.prompt, 512);
  EXPECT_EQ(large.generate, 128);
  EXPECT_EQ(resolve(testing::tiny_vit(), {}).prompt, 17);
}

TEST(Workload, EncodersGenerateNothingAndImagesAreWhole) {
  EXPECT_THROW(resolve(testing::tiny_bert(), load(8, 2)), ArgumentError);
  EXPECT_EQ(resolve(testing::tiny_bert(), load(8, 0)).tokens(), 8);
  EXPECT_THROW(resolve(testing::tiny_bert(), load(65, 0)), ArgumentError);
  EXPECT_THROW(resolve(testing::tiny_vit(), load(16, 0)), ArgumentError);
}

/// Every token of a second stack sees the whole source, whatever window its own tokens have.
TEST(Workload, AcrossStacksTheSourceIsSeenAsByAnEncoder) {
  TransformerSpec spec = testing::tiny_t5();
  const Network network = build_network(spec);
  Request request = resolve(spec, {12, 7, 1, {}});
  request.window = 3;
  for (const Index v : network.order) {
    if (network.op(v).kind != OpKind::attention_scores || reads_source(network, v)) continue;
    const Request seen = seen_by(network, v, request);
    const bool crosses = is_cross_attention(network, v);
    EXPECT_EQ(attended_positions(seen, 0, 6), crosses ? 7 * 12 : 1 + 2 + 5 * 3);
    EXPECT_EQ(seen.tokens(), crosses ? 12 : 7);
  }
}

TEST(Workload, CountsAttendedPositions) {
  EXPECT_EQ(attended_positions({true, 4, 3, 1}, 0, 3), 1 + 2 + 3 + 4);
  EXPECT_EQ(attended_positions({true, 4, 3, 1}, 4, 5), 5 + 6);
  EXPECT_EQ(attended_positions({false, 4, 0, 1}, 0, 3), 16);
  EXPECT_EQ(attended_positions({true, 4, 1, 1}, 4, 3), 0);
  EXPECT_EQ(attended_positions({true, 4, 3, 1, 3}, 0, 5), 1 + 2 + 3 + 3 + 3 + 3);
  EXPECT_EQ(attended_positions({true, 4, 3, 1, 3}, 4, 5), 3 + 3);
  EXPECT_EQ(attended_positions({true, 4, 3, 1, 9}, 1, 5), 2 + 3 + 4 + 5 + 6);
}

}  // namespace
}  // namespace ohm
