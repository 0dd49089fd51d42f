// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/choose_parallelism.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/larger/estimate_larger.h"
#include "mapping/serve/structure_steps.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

/// Six tiles of one array, keys in a slow memory beside each chip.
ChipSpec slow(const std::string& columns, const std::string& tensor_parallel) {
  const std::string system = fmt::format("[{{columns: {}, link: link_ucie_standard}}]", columns);
  return testing::shipped_chip(
      {with("mesh", "{columns: 3, rows: 2}"), with("macros_per_tile", "1"), with("system", system),
       with("buffer.kv_share", "0"), with("dram.bandwidth", "400 MB/s"),
       with("map.attention_tiles", "6"), with("map.tensor_parallel", tensor_parallel)});
}

TransformerSpec network() {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 7;
  spec.context = 4096;
  return spec;
}

const Workload kLoad{24, 8, 2, {}};

TEST(ChooseParallelism, TakesTheLeastOfSystemsThatAreSoWide) {
  const Estimate found = estimate_larger(network(), slow("auto", "cheapest"), kLoad);
  ASSERT_TRUE(found.parallelism);
  const Parallelism& ways = *found.parallelism;
  ASSERT_GE(ways.ways.size(), 3u);
  double least = std::numeric_limits<double>::infinity();
  Index best = 0;
  for (const ParallelWay& way : ways.ways) {
    const std::string columns = fmt::format("{}", way.tensor_parallel);
    const Estimate e = estimate_structure(network(), slow(columns, "auto"), kLoad);
    EXPECT_EQ(way.chips, e.chips);
    EXPECT_EQ(way.ttft, e.ttft);
    EXPECT_EQ(way.tpot, e.tpot);
    EXPECT_EQ(way.makespan, e.makespan);
    EXPECT_EQ(way.energy_per_token, e.energy_per_token);
    const double cost = (e.energy * e.makespan).si();
    if (cost < least) best = way.tensor_parallel;
    least = std::min(least, cost);
  }
  EXPECT_EQ(ways.cheapest().tensor_parallel, best);
  EXPECT_EQ(found.makespan,
            estimate_structure(network(), slow(fmt::format("{}", best), "auto"), kLoad).makespan);
}

TEST(ChooseParallelism, BreakEvenIsWhereAStepTakesNoLonger) {
  const Parallelism ways =
      choose_parallelism(network(), slow("auto", "cheapest"), kLoad, Fidelity::automatic);
  EXPECT_EQ(ways.ways.front().break_even, 1.0);  // as quick as itself
  StructureModel pipeline(network(), slow("1", "auto"));
  Index between = 0;
  for (const ParallelWay& way : ways.ways) {
    StructureModel wide(network(), slow(fmt::format("{}", way.tensor_parallel), "auto"));
    const auto lead = [&](double positions) {
      const auto at = static_cast<Index>(positions);
      return decode_step(wide, at, kLoad.batch).cost.time -
             decode_step(pipeline, at, kLoad.batch).cost.time;
    };
    if (!std::isfinite(way.break_even)) {
      EXPECT_GT(lead(4096), 0);
      continue;
    }
    EXPECT_LE(lead(std::max(4.0, way.break_even)), 0);
    if (way.break_even <= 4.0) continue;
    ++between;
    EXPECT_GT(lead(std::max(4.0, way.break_even * 15 / 17)), 0);
  }
  EXPECT_GT(between, 0);
}

TEST(ChooseParallelism, OfGivenColumnsIsOneWay) {
  const Parallelism ways =
      choose_parallelism(network(), slow("2", "cheapest"), kLoad, Fidelity::automatic);
  ASSERT_EQ(ways.ways.size(), 1u);
  EXPECT_EQ(ways.cheapest().tensor_parallel, 2);
  EXPECT_EQ(ways.cheapest().asked, MapSpec::kAuto);
  // more than a layer reaches over: nobody chose them
  EXPECT_EQ(choose_parallelism(network(), slow("9", "cheapest"), kLoad, Fidelity::automatic)
                .cheapest()
                .tensor_parallel,
            9);
}

TEST(ChooseParallelism, OfOneChipIsAmongTheWays) {
  ChipSpec chip = slow("auto", "cheapest");
  chip.mesh = {8, 40};
  for (const bool is_joined : {true, false}) {
    if (!is_joined) chip.system.clear();
    const Parallelism ways = choose_parallelism(network(), chip, kLoad, Fidelity::automatic);
    ASSERT_GT(ways.ways.size(), 1u);
    EXPECT_EQ(ways.ways.front().chips, 1);
    EXPECT_EQ(ways.ways.front().asked, MapSpec::kAuto);
    ChipSpec unasked = chip;
    unasked.map.tensor_parallel = MapSpec::kAuto;
    EXPECT_EQ(ways.ways.front().makespan, estimate_structure(network(), unasked, kLoad).makespan);
  }
}

/// Weights are not rewritten, nor a network refused, for the sake of chips that are not there.
TEST(ChooseParallelism, ChipsThatAreNotThereAreNoWay) {
  ChipSpec chip = slow("auto", "cheapest");
  chip.mesh = {8, 40};
  chip.system.clear();
  for (const char* larger : {"refuse", "reprogram", "auto"}) {
    chip.larger = larger;
    const Estimate found = estimate_larger(network(), chip, kLoad);
    EXPECT_EQ(found.parallelism->ways.size(), 1u);
    EXPECT_EQ(found.chips, 1);
    EXPECT_FALSE(found.reprogramming);
  }
}

TEST(ChooseParallelism, TakesRulesForOneLayer) {
  ChipSpec chip = slow("auto", "cheapest");
  MatrixRule rule;
  rule.match = "h.1.*";
  rule.on = "crossbar";
  rule.macro = "chip";
  rule.redundancy = 3;
  chip.map.matrices = {rule};
  const Parallelism ways = choose_parallelism(network(), chip, kLoad, Fidelity::automatic);
  EXPECT_GT(ways.ways.size(), 1u);
  for (const ParallelWay& way : ways.ways) {
    ChipSpec spread = chip;
    spread.map.tensor_parallel = way.asked;
    EXPECT_EQ(way.chips, map_network(build_network(network()), spread).chip.mesh.n_chips());
  }
}

TEST(ChooseParallelism, WhatOnlyTheSnakeDoesIsTheOnlyWay) {
  ChipSpec chip = slow("auto", "cheapest");
  chip.mesh = {8, 40};
  chip.map.packing = "edge_blocks";
  EXPECT_THROW(choose_parallelism(network(), chip, kLoad, Fidelity::automatic), ArgumentError);
}

/// Within an engine's window of arrays, which is less than the network's context.
TEST(ChooseParallelism, ComparesStepsAsFarAsAnEnginesWindow) {
  const ChipSpec chip = testing::shipped_chip(
      {with("mesh", "{columns: 3, rows: 2}"), with("macros_per_tile", "1"),
       with("system", "[{link: link_ucie_standard}]"), with("attention", "attention_rram_kv"),
       with("attention.window", "64"), with("map.tensor_parallel", "cheapest")});
  const Parallelism ways = choose_parallelism(network(), chip, kLoad, Fidelity::automatic);
  EXPECT_GT(ways.ways.size(), 1u);
  EXPECT_EQ(ways.ways.front().break_even, 1.0);
}

TEST(ChooseParallelism, EncodersHaveNoStepsToCompare) {
  TransformerSpec bert = testing::tiny_bert();
  bert.n_layers = 5;
  const Parallelism ways =
      choose_parallelism(bert, slow("auto", "cheapest"), {24, {}, 1, {}}, Fidelity::automatic);
  EXPECT_GE(ways.ways.size(), 2u);
  for (const ParallelWay& way : ways.ways) EXPECT_TRUE(std::isinf(way.break_even));
}

TEST(ChooseParallelism, WaysWithoutRoomAreLeftOut) {
  ChipSpec chip = slow("auto", "cheapest");
  const Parallelism all = choose_parallelism(network(), chip, kLoad, Fidelity::automatic);
  chip.system.back().rows = 9;  // a pipeline of one chip after the other takes more
  const Parallelism few = choose_parallelism(network(), chip, kLoad, Fidelity::automatic);
  EXPECT_GT(all.ways.front().chips, 9);
  EXPECT_LT(few.ways.size(), all.ways.size());
  EXPECT_GT(few.ways.front().tensor_parallel, 1);
}

}  // namespace
}  // namespace ohm
