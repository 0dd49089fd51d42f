// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/baseline_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/baseline/decode_gain.h"
#include "mapping/estimate/estimate.h"
#include "tests/mapping/baseline/baseline_builder.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(BaselineEstimate, SumsThePassesOfAWorkload) {
  const BaselineSpec spec = testing::round_baseline();
  const Network network = build_network(testing::tiny_llama());
  const BaselineEstimate e = estimate(spec, network, {20, 10, 3, {}});
  const Roofline roofline(spec, network);
  double decoding = 0.0;
  for (int t = 21; t < 30; ++t) decoding += roofline.decode(3, 3 * t).time.si();
  EXPECT_DOUBLE_EQ(e.ttft.si(), roofline.prefill(roofline.counter().prompts(3, 20)).time.si());
  EXPECT_DOUBLE_EQ(e.tpot.si(), decoding / 9.0);
  EXPECT_DOUBLE_EQ(e.makespan.si(), e.ttft.si() + decoding);
  EXPECT_DOUBLE_EQ(e.output_tokens_per_s, 30.0 / e.makespan.si());
  EXPECT_DOUBLE_EQ(e.total_tokens_per_s, 90.0 / e.makespan.si());
  EXPECT_DOUBLE_EQ(e.energy.si(), e.makespan.si());
  EXPECT_DOUBLE_EQ(e.output_tokens_per_j, e.output_tokens_per_s);
}

TEST(BaselineEstimate, CountsTheSameMacsAsAChip) {
  const Index layer = 32 * (32 + 2 * 16) + 32 * 32 + 3 * 32 * 128;
  const Index attention = 2 * 2 * 32 * (29 * 30 / 2);
  const BaselineEstimate e =
      estimate(testing::round_baseline(), build_network(testing::tiny_llama()), {20, 10, 1, {}});
  EXPECT_EQ(e.macs, static_cast<double>(29 * 2 * layer + 10 * 32 * 50 + attention));
}

TEST(BaselineEstimate, StatesTheGainOfWeightsInPlace) {
  const BaselineEstimate e = estimate(testing::shipped_baseline("h100_x8"),
                                      testing::shipped_graph("llama-3-70b"), {2047, 3, 8, {}});
  EXPECT_NEAR(e.decode_gain, decode_gain(Bytes(69501714432.0), Bytes(2048 * 163840.0), 8.0), 1e-9);
  EXPECT_NEAR(e.decode_gain, 26.9, 0.05);
  EXPECT_NEAR(e.decode_tokens_per_s, 1560, 8);
}

TEST(BaselineEstimate, TokensPerJouleOfEightH100AtFullBatch) {
  const BaselineEstimate e = estimate(testing::shipped_baseline("h100_x8"),
                                      testing::shipped_graph("llama-3-70b"), {2047, 3, 256, {}});
  EXPECT_NEAR(e.decode_tokens_per_j, 4.8, 0.05);
  EXPECT_NEAR(e.power.si(), 5600, 1e-6);
}

TEST(BaselineEstimate, OfAnEncoderIsOnePass) {
  const BaselineEstimate e =
      estimate(testing::round_baseline(), build_network(testing::tiny_bert()), {20, {}, 2, {}});
  EXPECT_EQ(e.tpot.si(), 0.0);
  EXPECT_EQ(e.output_tokens_per_s, 0.0);
  EXPECT_DOUBLE_EQ(e.total_tokens_per_s, 40.0 / e.makespan.si());
  EXPECT_EQ(e.decode_gain, 0.0);
}

/// t5-small, a source of 128 and 32 passes of the second stack, product by product.
TEST(BaselineEstimate, OfTwoStacksIsThePassOverTheSourceAndOnePerOutput) {
  const double width = 2 * 8 * 64.0;  // a score and a value of all heads
  const double source = 128 * 22020096.0 + 6 * width * 128 * 128;
  const double answer = 32 * 38469632.0 + 6 * width * (32 * 33 / 2 + 32 * 128.0);
  const BaselineSpec spec = testing::round_baseline();
  const Network network = testing::shipped_graph("t5-small");
  const BaselineEstimate e = estimate(spec, network, {128, 32, 1, {}});
  EXPECT_EQ(e.macs, source + answer);
  EXPECT_EQ(e.resident.si(), 60506624 + (128 + 32) * 6 * 2 * 512.0);
  const Roofline roofline(spec, network);
  double decoding = 0.0;
  for (int own = 2; own <= 32; ++own) decoding += roofline.decode(1, 128 + own).time.si();
  EXPECT_DOUBLE_EQ(e.ttft.si(), roofline.prefill(roofline.counter().prompts(1, 128)).time.si());
  EXPECT_DOUBLE_EQ(e.tpot.si(), decoding / 31);
  EXPECT_DOUBLE_EQ(e.total_tokens_per_s, 160 / e.makespan.si());
  EXPECT_EQ(e.decode.counts.kv_bytes, (128 + 17) * 6 * 2 * 512.0);
  EXPECT_EQ(e.decode_gain, 1 + 38469632 / e.decode.counts.kv_bytes);
}

/// That of the request whose middle step it is, on either side of what a source has room for.
TEST(BaselineEstimate, AStepAtAContextIsThatOfARequest) {
  const BaselineSpec spec = testing::round_baseline();
  const Network gpt = testing::shipped_graph("gpt2-small"), t5 = testing::shipped_graph("t5-small");
  const auto seconds = [&](const Network& network, Index context) {
    return decode_step(spec, network, context, 3).time.si();
  };
  EXPECT_DOUBLE_EQ(seconds(gpt, 130), estimate(spec, gpt, {129, 2, 3, {}}).decode.time.si());
  EXPECT_DOUBLE_EQ(seconds(t5, 130), estimate(spec, t5, {128, 2, 3, {}}).decode.time.si());
  EXPECT_DOUBLE_EQ(seconds(t5, 600), estimate(spec, t5, {512, 174, 3, {}}).decode.time.si());
  EXPECT_THROW(decode_step(spec, gpt, 1025, 1), ArgumentError);
  EXPECT_THROW(decode_step(spec, t5, 1025, 1), ArgumentError);
}

/// Events book the products that they schedule, operator by operator.
TEST(BaselineEstimate, OfTwoStacksCountsTheSameMacsAsAChip) {
  const Mapping mapping = map_network(build_network(testing::tiny_t5()), testing::shipped_chip());
  const Workload workload{9, 4, 3, {}};
  EXPECT_EQ(estimate(testing::round_baseline(), mapping.network, workload).macs,
            static_cast<double>(estimate(mapping, workload, 0).macs));
}

TEST(BaselineEstimate, WithoutPublishedPowerStatesNoEnergy) {
  const BaselineEstimate e = estimate(testing::shipped_baseline("sohu_x8"),
                                      testing::shipped_graph("llama-2-7b"), {16, 4, 1, {}});
  EXPECT_EQ(e.energy.si(), 0.0);
  EXPECT_EQ(e.output_tokens_per_j, 0.0);
}

TEST(BaselineEstimate, CountsPowerAndMemoryOfStagesWithLayersOnly) {
  const BaselineEstimate e = estimate(testing::shipped_baseline("groq_lpu_x576"),
                                      testing::shipped_graph("llama-2-7b"), {16, 4, 32, {}});
  EXPECT_LE(e.power.si(), 32 * 8 * 300.0 * (1 + 1e-12));
  EXPECT_THAT(e.assumptions,
              ::testing::Contains(::testing::HasSubstr("32 layers take 32 of 72 stages: 256 of "
                                                       "576 devices")));
  EXPECT_THAT(e.assumptions, ::testing::Contains(::testing::HasSubstr("one token per 41.2 us")));
}

TEST(BaselineEstimate, RefusesWhatDoesNotFit) {
  EXPECT_THROW(estimate(testing::shipped_baseline("h100_x8"), testing::shipped_graph("gpt3-175b"),
                        {2000, 48, 256, {}}),
               ArgumentError);
}

TEST(SteadyRate, AmortisesThePrefillOverTheGeneratedTokens) {
  const BaselineSpec spec = testing::shipped_baseline("h100_x2");
  const Network network = testing::shipped_graph("llama-3-70b");
  const SteadyRate rate = steady_rate(spec, network, {true, 2048, 128, 64});
  const Roofline roofline(spec, network);
  const double round = roofline.prefill(roofline.counter().prompts(64, 2048)).time.si() +
                       127 * roofline.decode(64, 64 * 2112.0).time.si();
  EXPECT_NEAR(rate.requests_per_s, 64 / round, 1e-9 * rate.requests_per_s);
  EXPECT_DOUBLE_EQ(rate.output_tokens_per_s, 128 * rate.requests_per_s);
  EXPECT_DOUBLE_EQ(rate.total_tokens_per_s, 2176 * rate.requests_per_s);
}

TEST(SteadyRate, OfTwoStacksKeepsTheSourceAndTheAnswerBehindItsStartToken) {
  const BaselineSpec spec = testing::round_baseline();
  const Network network = testing::shipped_graph("t5-small");
  const double each = 100 + 1 + 19;
  const SteadyRate rate = steady_rate(spec, network, {true, 100, 20, 0});
  EXPECT_EQ(rate.batch, std::floor((1e9 - 60506624) / (each * 6144)));
  const Roofline roofline(spec, network);
  const double n = rate.batch;
  const double round = roofline.prefill(roofline.counter().prompts(n, 100)).time.si() +
                       19 * roofline.decode(n, n * 111.0).time.si();
  EXPECT_NEAR(rate.requests_per_s, n / round, 1e-9 * rate.requests_per_s);
}

TEST(SteadyRate, FillsTheMemory) {
  const SteadyRate rate = steady_rate(testing::shipped_baseline("h100_x2"),
                                      testing::shipped_graph("llama-3-70b"), {true, 1000, 1000, 0});
  EXPECT_EQ(rate.batch, std::floor((144e9 - 70553706496.0) / (1999 * 163840.0)));
  EXPECT_THROW(steady_rate(testing::shipped_baseline("h100_x2"),
                           testing::shipped_graph("llama-3-70b"), {true, 1000000, 1000, 0}),
               ArgumentError);
}

}  // namespace
}  // namespace ohm
