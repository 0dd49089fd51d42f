// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/baseline/baseline_builder.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

double decode_rate(const std::string& baseline, const std::string& network, double batch) {
  const Roofline roofline(testing::shipped_baseline(baseline), testing::shipped_graph(network));
  return batch / roofline.decode(batch, batch * 2048).time.si();
}

TEST(Roofline, OfEightH100DecodesLlama70bAtTheExpectedRates) {
  EXPECT_NEAR(decode_rate("h100_x8", "llama-3-70b", 1), 200, 1);
  EXPECT_NEAR(decode_rate("h100_x8", "llama-3-70b", 8), 1560, 8);
  EXPECT_NEAR(decode_rate("h100_x8", "llama-3-70b", 64), 10400, 60);
  EXPECT_NEAR(decode_rate("h100_x8", "llama-3-70b", 256), 26800, 140);
}

TEST(Roofline, OfEightH100DecodesGpt3UntilTheMemoryIsFull) {
  EXPECT_NEAR(decode_rate("h100_x8", "gpt3-175b", 1), 90, 0.5);
  EXPECT_NEAR(decode_rate("h100_x8", "gpt3-175b", 64), 2300, 50);
  const Roofline roofline(testing::shipped_baseline("h100_x8"),
                          testing::shipped_graph("gpt3-175b"));
  EXPECT_NO_THROW(roofline.require_fit(64, 2048));
  EXPECT_THROW(roofline.require_fit(256, 2048), ArgumentError);
}

TEST(Roofline, OfEightA100DecodesLlama70bAtTheExpectedRates) {
  EXPECT_NEAR(decode_rate("a100_x8", "llama-3-70b", 1), 135, 1);
  EXPECT_NEAR(decode_rate("a100_x8", "llama-3-70b", 256), 17000, 900);
}

TEST(Roofline, IsTheLargerOfComputeAndMemory) {
  BaselineSpec spec = testing::round_baseline();
  const Network network = build_network(testing::tiny_llama());
  const Roofline roofline(spec, network);
  const PassCost step = roofline.decode(2, 20);
  EXPECT_DOUBLE_EQ(step.time.si(), std::max(step.compute, step.memory).si());
  EXPECT_DOUBLE_EQ(step.memory.si(), step.counts.bytes() / 1e9);
  EXPECT_DOUBLE_EQ(step.compute.si(), step.counts.operations() / 1e12);
  EXPECT_DOUBLE_EQ(step.energy.si(), step.time.si());
  EXPECT_EQ(step.bound, "weights");
  EXPECT_EQ(roofline.decode(1, 1e6).bound, "kv");
  spec.peaks[0].tops = 1e-3;
  const Roofline slow(spec, network);
  EXPECT_EQ(slow.prefill(slow.counter().prompts(1, 60)).bound, "compute");
}

TEST(Roofline, ExchangesCostTheirLatencyOrTheirVolume) {
  BaselineSpec spec = testing::round_baseline();
  spec.devices = 4;
  spec.exchange = {2, Seconds(1e-6), BytesPerSecond(1e9), "ring", {}, {}};
  const Network network = build_network(testing::tiny_gpt());
  const auto exchange = [&](double tokens) {
    return Roofline(spec, network).decode(tokens, tokens).exchange.si();
  };
  EXPECT_DOUBLE_EQ(exchange(1), 2 * 2 * 1e-6);  // two layers
  EXPECT_NEAR(exchange(1000), 2 * 2 * 1.5 * 32e3 / 1e9, 1e-15);
  spec.exchange.reduction = "in_switch";
  EXPECT_NEAR(exchange(1000), 2 * 2 * 32e3 / 1e9, 1e-15);
  spec.exchange.latency = Seconds(1e-3);
  EXPECT_EQ(Roofline(spec, network).decode(1, 1).bound, "exchange");
}

TEST(Roofline, StagesKeepTheLatencyOfOneUserAndMultiplyTheUsers) {
  BaselineSpec one = testing::round_baseline(), four = one;
  four.devices = four.stages = 4;
  TransformerSpec deep = testing::tiny_gpt();
  deep.n_layers = 4;
  const Network network = build_network(deep);
  const Roofline alone(one, network), staged(four, network);
  EXPECT_DOUBLE_EQ(staged.decode(1, 9).time.si(), alone.decode(1, 9).time.si());
  EXPECT_DOUBLE_EQ(staged.decode(4, 36).time.si(), alone.decode(1, 9).time.si());
  EXPECT_GT(staged.decode(5, 45).time.si(), staged.decode(4, 36).time.si());
  EXPECT_DOUBLE_EQ(staged.prefill(staged.counter().prompts(1, 8)).time.si() /
                       staged.prefill(staged.counter().prompts(1, 8)).busy.si(),
                   7.0 / 4.0);
}

TEST(Roofline, OfLayersThatTakeOneTokenAtATimeSaturates) {
  BaselineSpec spec = testing::round_baseline();
  spec.devices = spec.stages = 2;
  spec.memory.bandwidth = BytesPerSecond(1e15);
  spec.peaks[0].tops = 1e6;
  spec.exchange.per_layer = 2;
  spec.exchange.latency = Seconds(1e-3);
  const Network network = build_network(testing::tiny_gpt());  // two layers
  const auto rate = [&](double batch) {
    return batch / Roofline(spec, network).decode(batch, batch).time.si();
  };
  EXPECT_NEAR(rate(64), 64 / 4e-3, 1);  // whole steps together: nothing bounds the rate
  spec.exchange.interval = Seconds(1e-3);
  EXPECT_NEAR(rate(1), 1 / 4e-3, 1e-3);
  EXPECT_NEAR(rate(2), 2 / 4e-3, 1e-3);  // as many tokens as layers: the bound
  for (const double batch : {4.0, 64.0, 1000.0}) EXPECT_NEAR(rate(batch), 1 / 2e-3, 1e-3);
  spec.exchange.interval = Seconds(0.25e-3);
  EXPECT_NEAR(rate(8), 8 / 4e-3, 1e-3);
  EXPECT_NEAR(rate(64), 1 / 0.5e-3, 1e-3);
}

TEST(Roofline, NeverPassesOneTokenPerIntervalOfALayerOnShippedPipelines) {
  for (const char* name : {"groq_lpu_x576", "cerebras_wse3", "cerebras_wse3_x4"}) {
    const BaselineSpec spec = testing::shipped_baseline(name);
    const double most =
        1.0 / (static_cast<double>(spec.exchange.per_layer) * spec.exchange.interval.si());
    const Roofline roofline(spec, testing::shipped_graph("llama-2-7b"));
    double before = 0.0;
    for (const double batch : {1.0, 32.0, 64.0, 256.0}) {
      const double rate = batch / roofline.decode(batch, batch * 512).time.si();
      EXPECT_LE(rate, most) << name << batch;
      EXPECT_GE(rate, 0.999 * before) << name << batch;
      before = rate;
    }
    EXPECT_GT(before, 0.9 * most) << name;
  }
}

TEST(Roofline, LeavesStagesBeyondTheLayersEmpty) {
  BaselineSpec two = testing::round_baseline();
  two.devices = two.stages = 2;
  BaselineSpec eight = two;
  eight.devices = eight.stages = 8;
  const Network network = build_network(testing::tiny_gpt());  // two layers
  const Roofline some(two, network), many(eight, network);
  EXPECT_EQ(many.stages(), 2);
  EXPECT_EQ(many.devices(), 2);
  EXPECT_DOUBLE_EQ(many.busy_power().si(), 2.0);
  EXPECT_DOUBLE_EQ(many.idle_power().si(), 0.5);
  EXPECT_DOUBLE_EQ(many.kv_capacity(), some.kv_capacity());
  for (const double batch : {1.0, 5.0}) {
    EXPECT_DOUBLE_EQ(many.decode(batch, batch * 9).time.si(),
                     some.decode(batch, batch * 9).time.si());
    EXPECT_DOUBLE_EQ(many.decode(batch, batch * 9).energy.si(),
                     some.decode(batch, batch * 9).energy.si());
  }
}

TEST(Roofline, RefusesWhatDoesNotFitInOneSentence) {
  try {
    Roofline(testing::shipped_baseline("h100"), testing::shipped_graph("llama-3-70b"))
        .require_fit(64, 2048);
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("takes 92.03 GB"));
    EXPECT_THAT(error.what(), HasSubstr("1 devices hold 72 GB"));
  }
  EXPECT_THROW(
      Roofline(testing::shipped_baseline("houmo_h30"), testing::shipped_graph("llama-3-70b")),
      ArgumentError);
}

TEST(Roofline, HoldsAsManyTokensAsFitBesideTheWeights) {
  const Roofline roofline(testing::shipped_baseline("h100_x8"),
                          testing::shipped_graph("llama-3-70b"));
  const double capacity = roofline.kv_capacity();
  EXPECT_NO_THROW(roofline.require_fit(1, capacity * (1 - 1e-12)));
  EXPECT_THROW(roofline.require_fit(1, capacity * (1 + 1e-12)), ArgumentError);
}

/// At 1 TOPS and 1 GB/s both passes of one sequence are bound by their bytes, of which the second
/// stack's of the start token are its weights, the source's keys and its own.
TEST(Roofline, OfTwoStacksReadsAPromptInTwoPasses) {
  const Roofline roofline(testing::round_baseline(), testing::shipped_graph("t5-small"));
  const PassCost cost = roofline.prefill(roofline.counter().prompts(1, 10));
  const double position = 6 * 2 * 512.0;
  const double first = 22020096 + 10 * position, second = 38469632 + 11 * position;
  EXPECT_DOUBLE_EQ(cost.time.si(), (first + second) / 1e9);
  EXPECT_DOUBLE_EQ(cost.busy.si(), cost.time.si());
  EXPECT_DOUBLE_EQ(cost.energy.si(), cost.time.si());
  EXPECT_EQ(cost.counts.bytes(), first + second);
  EXPECT_EQ(cost.bound, "weights");
}

/// 1000 tokens of 16 sequences are bound by the rate in the first pass and by bytes in the second:
/// each pass takes its own longer one.
TEST(Roofline, OfTwoStacksTakesTheLongerOfEitherPass) {
  const Roofline roofline(testing::round_baseline(), testing::shipped_graph("t5-small"));
  const PassCost cost = roofline.prefill(roofline.counter().prompts(16, 500));
  const double products = 2 * (8000 * 22020096.0 + 16 * 6 * 2 * 512.0 * 500 * 500);
  const double bytes = 38469632 + 16 * 501 * 6 * 2 * 512.0;
  EXPECT_DOUBLE_EQ(cost.time.si(), products / 1e12 + bytes / 1e9);
}

/// Attention, cross-attention and feed-forward part end in a sum each.
TEST(Roofline, OfASecondStackExchangesThreeTimesALayer) {
  BaselineSpec spec = testing::round_baseline();
  spec.exchange.per_layer = 2;
  spec.exchange.latency = Seconds(1e-6);
  const Roofline roofline(spec, testing::shipped_graph("t5-small"));
  EXPECT_DOUBLE_EQ(roofline.decode(1, 1).exchange.si(), 6 * 3 * 1e-6);
  EXPECT_DOUBLE_EQ(roofline.prefill(roofline.counter().prompts(1, 1)).exchange.si(),
                   6 * 2 * 1e-6 + 6 * 3 * 1e-6);
}

TEST(Roofline, OfTwoStacksHasAsManyStagesAsTheLongerOneHasLayers) {
  TransformerSpec spec = testing::tiny_t5();
  spec.n_layers = 2;
  spec.n_decoder_layers = 3;
  BaselineSpec machine = testing::round_baseline();
  machine.devices = machine.stages = 8;
  const Roofline roofline(machine, build_network(spec));
  EXPECT_EQ(roofline.stages(), 3);
  const PassCounts step = roofline.counter().decode(1, 5);
  EXPECT_DOUBLE_EQ(roofline.decode(1, 5).time.si(), step.bytes() / 1e9);
  EXPECT_DOUBLE_EQ(roofline.decode(3, 15).time.si(), roofline.decode(1, 5).time.si());
}

}  // namespace
}  // namespace ohm
