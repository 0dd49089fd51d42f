// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/chip_steps.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/serve/serve.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/serve/constant_machine.h"

namespace ohm {
namespace {

using testing::attending_to;

Mapping mapped(const TransformerSpec& spec) {
  return map_network(build_network(spec), testing::shipped_chip());
}

TEST(ChipSteps, AStepStandsBehindAPromptOrASourceAndItsAnswer) {
  const auto at = [](const TransformerSpec& network, Index context) {
    const Decoding found = decoding_at(network, context);
    return std::pair(found.prompt, found.generated);
  };
  const TransformerSpec gpt = testing::tiny_gpt(), t5 = testing::tiny_t5();
  EXPECT_EQ(at(gpt, 2), std::pair(Index{1}, Index{1}));
  EXPECT_EQ(at(gpt, 64), std::pair(Index{63}, Index{1}));
  EXPECT_EQ(at(t5, 3), std::pair(Index{1}, Index{1}));
  EXPECT_EQ(at(t5, 66), std::pair(Index{64}, Index{1}));
  EXPECT_EQ(at(t5, 67), std::pair(Index{64}, Index{2}));
  EXPECT_EQ(at(t5, 128), std::pair(Index{64}, Index{63}));
  EXPECT_THROW(decoding_at(t5, 129), ArgumentError);
  EXPECT_THROW(decoding_at(gpt, 1), ArgumentError);
}

TEST(ChipSteps, PointsSpanBatchesAndTokens) {
  const StepGrid points = step_points(20, 8, 30);
  EXPECT_EQ(points.batches, (std::vector<Index>{1, 4, 16, 20}));
  EXPECT_EQ(points.positions, (std::vector<Index>{8, 19, 30}));
  EXPECT_EQ(step_points(1, 5, 5).positions.size(), 1u);
}

TEST(ChipSteps, PointsOfTwoStacksSpanSourcesAndAnswers) {
  const StepGrid points = step_points(4, 8, 30, 20);
  EXPECT_EQ(points.batches, (std::vector<Index>{1, 4}));
  EXPECT_EQ(points.positions, (std::vector<Index>{8, 19, 30}));
  EXPECT_EQ(points.answers, (std::vector<Index>{1, 10, 19}));
  EXPECT_EQ(step_points(1, 8, 8, 1).answers, (std::vector<Index>{1}));
}

/// A source of 20 tokens, whose keys every step reads, beside a growing answer.
TEST(ChipSteps, OfTwoStacksARequestTakesWhatTheEstimateSays) {
  const Mapping mapping = mapped(testing::tiny_t5());
  const StepTable steps = chip_steps(mapping, step_points(2, 10, 40, 30));
  ServingSpec mix;
  mix.requests = {{25, 24, Seconds(0.0), 1}};
  const ServeResult r = serve(steps, mix);
  const Estimate e = estimate(mapping, {25, 24, 1, {}});
  EXPECT_NEAR(r.ttft.mean, e.ttft.si(), 1e-12);
  EXPECT_NEAR(r.tpot.mean / e.tpot.si(), 1.0, 0.005);
  EXPECT_NEAR(r.latency.mean / e.makespan.si(), 1.0, 0.005);
  EXPECT_NEAR(r.energy / e.energy, 1.0, 0.005);
}

/// At a point of the grid a step is what one token more adds.
TEST(ChipSteps, OfTwoStacksAStepIsWhatItsOutputAdds) {
  const Mapping mapping = mapped(testing::tiny_t5());
  const StepTable steps = chip_steps(mapping, step_points(1, 10, 40, 30));
  const auto until = [&](Index source, Index outputs) {
    return estimate(mapping, {source, outputs, 1, {}}).makespan.si();
  };
  for (const Index source : {10, 40}) {
    for (const Index outputs : {1, 29}) {
      const std::vector<Decoding> one{{source, outputs}};
      EXPECT_NEAR(static_cast<double>(steps.decode(one).time) * 1e-12,
                  until(source, outputs + 1) - until(source, outputs), 2e-12);
    }
  }
  const std::vector<Decoding> early{{40, 1}}, late{{40, 29}}, less{{10, 29}};
  EXPECT_LT(steps.decode(early).time, steps.decode(late).time);
  EXPECT_LT(steps.decode(less).time, steps.decode(late).time);
  EXPECT_EQ(steps.start_tokens(), 1);
}

TEST(ChipSteps, OneRequestTakesWhatTheEstimateSays) {
  const Mapping mapping = mapped(testing::tiny_gpt());
  const StepTable steps = chip_steps(mapping, step_points(2, 8, 30));
  ServingSpec mix;
  mix.requests = {{8, 20, Seconds(0.0), 1}};
  const ServeResult r = serve(steps, mix);
  const Estimate e = estimate(mapping, {8, 20, 1, {}});
  EXPECT_NEAR(r.ttft.mean, e.ttft.si(), 1e-12);
  EXPECT_NEAR(r.latency.mean / e.makespan.si(), 1.0, 0.01);
  EXPECT_NEAR(r.energy / e.energy, 1.0, 0.01);
}

TEST(ChipSteps, ABatchTakesLongerThanOneButLessThanOneAfterTheOther) {
  const StepTable steps = chip_steps(mapped(testing::tiny_llama()), step_points(4, 8, 30));
  const std::vector<Index> one{20}, four{20, 20, 20, 20};
  EXPECT_GT(steps.prefill(four).time, steps.prefill(one).time);
  EXPECT_LT(steps.decode(attending_to(four)).time, 4 * steps.decode(attending_to(one)).time);
  EXPECT_GT(steps.idle().si(), 0.0);
  EXPECT_GT(steps.kv_capacity(), 1000);
}

TEST(ChipSteps, AnEncoderHasNoDecodeSteps) {
  const StepTable steps = chip_steps(mapped(testing::tiny_bert()), step_points(1, 10, 20));
  EXPECT_EQ(steps.decode(attending_to({10})).time, 0);
  EXPECT_GT(steps.prefill(std::vector<Index>{10}).time, 0);
}

TEST(ChipSteps, PricesWithWhatItIsGiven) {
  Index calls = 0;
  const auto pricing = [&](const Workload& workload) {
    ++calls;
    Estimate e;
    e.makespan = Seconds(1e-9 * double(*workload.prompt + *workload.generate));
    return e;
  };
  const StepTable steps = chip_steps(mapped(testing::tiny_gpt()), step_points(1, 8, 30), pricing);
  EXPECT_EQ(calls, 6);
  EXPECT_EQ(steps.decode(attending_to({15})).time, 1000);
  EXPECT_EQ(steps.prefill(std::vector<Index>{15}).time, 16000);
}

TEST(ChipSteps, AFullContextHasAPriceToo) {
  const Mapping mapping = mapped(testing::tiny_gpt());
  ServingSpec mix;
  mix.requests = {{8, 57, Seconds(0.0), 1}};  // 64 positions, all of them
  const ServeResult r = serve(chip_steps(mapping, step_points(1, 8, 64)), mix);
  EXPECT_NEAR(r.latency.mean / estimate(mapping, {8, 57, 1, {}}).makespan.si(), 1.0, 0.01);
}

}  // namespace
}  // namespace ohm
