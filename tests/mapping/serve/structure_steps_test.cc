// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/structure_steps.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/estimate/estimate.h"
#include "mapping/serve/chip_steps.h"
#include "mapping/serve/serve.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

StructureModel large() {
  return {testing::shipped_network("llama-3-8b"), testing::shipped_chip()};
}

TEST(StructureSteps, AStepOfOneSequenceIsThatOfAWholeRequest) {
  StructureModel model = large();
  const DecodeStep step = decode_step(model, 40, 1);
  const Estimate whole = estimate_structure(model.network(), model.chip(), {37, 4, 1, {}});
  EXPECT_TRUE(step.exact);
  EXPECT_NEAR(static_cast<double>(step.cost.time) * 1e-12 / whole.tpot.si(), 1.0, 1e-9);
  EXPECT_LT(step.energy_low.si(), step.cost.energy.si());
  EXPECT_GT(step.energy_high.si(), step.cost.energy.si());
}

TEST(StructureSteps, AStepOfABatchIsTheSteadyStateOfAWholeRequest) {
  StructureModel model = large();
  const DecodeStep step = decode_step(model, 40, 8);
  const Estimate whole = estimate_structure(model.network(), model.chip(), {37, 4, 8, {}});
  EXPECT_EQ(step.fidelity, "structure");
  EXPECT_FALSE(step.exact);
  EXPECT_NEAR(static_cast<double>(step.cost.time) * 1e-12 / whole.tpot.si(), 1.0, 0.02);
}

TEST(StructureSteps, SayHowTheirTimesWereFound) {
  StructureModel model = large();
  const StepTable steps = structure_steps(model, {{1, 4}, {16}, {}, {}, 0, Watts(0.0)});
  EXPECT_EQ(steps.grid().decode_are, (std::vector<std::string>{"exact", "extrapolated"}));
  ASSERT_FALSE(steps.grid().prefill_are.empty());
  EXPECT_EQ(steps.grid().prefill_are.front(), "exact");
}

TEST(StructureSteps, ALongContextTakesLonger) {
  StructureModel model = large();
  EXPECT_GT(decode_step(model, 8000, 4).cost.time, decode_step(model, 100, 4).cost.time);
  EXPECT_GT(decode_step(model, 2, 1).cost.time, 0);
  EXPECT_THROW(decode_step(model, 1, 1), ArgumentError);
}

TEST(StructureSteps, ServeARequestAsItsEstimateSays) {
  StructureModel model = large();
  ServingSpec mix;
  mix.requests = {{16, 6, Seconds(0.0), 1}};
  const ServeResult r = serve(structure_steps(model, step_points(1, 16, 22)), mix);
  const Estimate e = estimate_structure(model.network(), model.chip(), {16, 6, 1, {}});
  EXPECT_NEAR(r.ttft.mean / e.ttft.si(), 1.0, 1e-9);
  EXPECT_NEAR(r.latency.mean / e.makespan.si(), 1.0, 0.01);
  EXPECT_NEAR(r.energy / e.energy, 1.0, 0.02);
}

/// Events of whole requests: three outputs more take three steps.
TEST(StructureSteps, OfTwoStacksAStepIsThatOfAWholeRequest) {
  const TransformerSpec network = testing::shipped_network("t5-small");
  StructureModel model(network, testing::shipped_chip());
  const Mapping mapping = map_network(build_network(network), testing::shipped_chip());
  const auto until = [&](Index outputs) {
    return estimate(mapping, {50, outputs, 1, {}}, 0).makespan.si();
  };
  const DecodeStep late = answer_step(model, 50, 30, 1), first = answer_step(model, 50, 1, 1);
  EXPECT_TRUE(late.exact);
  EXPECT_NEAR(static_cast<double>(late.cost.time) * 1e-12, (until(31) - until(28)) / 3, 2e-12);
  EXPECT_NEAR(static_cast<double>(first.cost.time) * 1e-12, until(2) - until(1), 2e-12);
}

/// An answer has just begun, or goes on where the source has no room for more.
TEST(StructureSteps, OfTwoStacksAContextIsTheSourceFirst) {
  StructureModel model(testing::shipped_network("t5-small"), testing::shipped_chip());
  ASSERT_EQ(model.network().context, 512);
  const auto step = [&](Index context) { return decode_step(model, context, 1).cost.time; };
  EXPECT_EQ(step(54), answer_step(model, 50, 3, 1).cost.time);
  EXPECT_EQ(step(3), answer_step(model, 1, 1, 1).cost.time);
  EXPECT_EQ(step(516), answer_step(model, 512, 3, 1).cost.time);
  EXPECT_EQ(step(517), answer_step(model, 512, 4, 1).cost.time);
  EXPECT_EQ(step(1024), answer_step(model, 512, 511, 1).cost.time);
  EXPECT_THROW(step(2), ArgumentError);
  EXPECT_THROW(step(1025), ArgumentError);
}

TEST(StructureSteps, OfTwoStacksServeARequestAsItsEstimateSays) {
  const TransformerSpec network = testing::shipped_network("t5-small");
  StructureModel model(network, testing::shipped_chip());
  ServingSpec mix;
  mix.requests = {{40, 24, Seconds(0.0), 2}};
  const ServeResult r = serve(structure_steps(model, step_points(2, 20, 60, 40)), mix);
  const Estimate e = estimate_structure(network, model.chip(), {40, 24, 2, {}});
  EXPECT_NEAR(r.ttft.mean / e.ttft.si(), 1.0, 0.05);
  EXPECT_NEAR(r.latency.mean / e.makespan.si(), 1.0, 0.03);
  EXPECT_NEAR(r.energy / e.energy, 1.0, 0.03);
}

TEST(StructureSteps, CapacityFollowsThePlaceOfKeysAndValues) {
  const TransformerSpec network = testing::shipped_network("llama-3-8b");
  StructureModel beside(network, testing::shipped_chip());
  ChipSpec chip = testing::shipped_chip();
  DramSpec memory = chip.dram;
  memory.capacity = Bytes(0.5 * chip.dram.capacity.si());
  chip.dram = memory;
  StructureModel half(network, chip);
  const Workload load{100, 1, 1, {}};
  EXPECT_GT(beside.kv_capacity(load), 0);
  EXPECT_NEAR(static_cast<double>(half.kv_capacity(load)),
              0.5 * static_cast<double>(beside.kv_capacity(load)), 2.0);
}

TEST(StructureSteps, OneChipHoldsWhatItsMappingSays) {
  const TransformerSpec network = testing::shipped_network("gpt2-small");
  StructureModel model(network, testing::shipped_chip());
  const Mapping mapping = map_network(build_network(network), testing::shipped_chip());
  const StepGrid points = step_points(1, 8, 30);
  EXPECT_NEAR(static_cast<double>(structure_steps(model, points).kv_capacity()) /
                  static_cast<double>(chip_steps(mapping, points).kv_capacity()),
              1.0, 1e-3);
}

}  // namespace
}  // namespace ohm
