// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/static_cost.h"

#include <gtest/gtest.h>

#include "mapping/estimate/estimate.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

Workload load(Index prompt, Index generate) {
  return {prompt, generate, 1, {}};
}

Cost leaf(const Estimate& e, const std::string& component) {
  const auto found = e.ledger.leaves().find({component, "", -1, "static"});
  return found == e.ledger.leaves().end() ? Cost{} : found->second;
}

const std::vector<Override> kIdle{testing::with("macros_per_tile", "8"),
                                  testing::with("gating", "idle_tiles")};

std::vector<Override> idle_with(std::vector<Override> more) {
  more.insert(more.end(), kIdle.begin(), kIdle.end());
  return more;
}

double gated_seconds(const Estimate& e) {
  return e.schedule.gated.off_time() * 1e-12;
}

TEST(StaticCost, LeakageIsThatOfPoweredAndGatedTimeAndWakeUps) {
  const Mapping m = mapped(testing::tiny_gpt(), kIdle);
  const Estimate e = estimate(m, load(10, 10));
  const TilePower& power = m.chip.power;
  const auto tiles = static_cast<double>(m.placement.tiles_used);
  const double gated = gated_seconds(e), all = tiles * e.makespan.si();
  EXPECT_GT(gated, 0.0);
  EXPECT_NEAR(leaf(e, "leakage").energy.si(), power.on.si() * (all - gated), 1e-9 * e.energy.si());
  EXPECT_NEAR(leaf(e, "leakage_gated").energy.si(), power.gated.si() * gated, 1e-9 * e.energy.si());
  EXPECT_EQ(leaf(e, "wake_up").count, e.wake_ups);
  EXPECT_NEAR(leaf(e, "wake_up").energy.si(),
              static_cast<double>(e.wake_ups) * power.wake_energy.si(), 1e-9 * e.energy.si());
  EXPECT_EQ(e.leakage_energy, leaf(e, "leakage").energy + leaf(e, "leakage_gated").energy);
  EXPECT_EQ(e.break_even, power.break_even);
  EXPECT_NEAR(e.gated_share, gated / all, 1e-12);
  EXPECT_NEAR(e.ledger.total().energy.si(), e.energy.si(), 1e-12 * e.energy.si());
}

TEST(StaticCost, GatingAheadForNothingNeverTakesMoreEnergy) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    const Estimate without =
        estimate(mapped(spec, {testing::with("macros_per_tile", "8")}), load(10, 10));
    const Estimate with =
        estimate(mapped(spec, idle_with({testing::with("gating.wake_time", "0 s"),
                                         testing::with("gating.rail_capacitance", "0 F/m2")})),
                 load(10, 10));
    EXPECT_EQ(with.makespan, without.makespan);
    EXPECT_LT(with.energy.si(), without.energy.si());
    EXPECT_EQ(with.schedule.stalls, without.schedule.stalls);
  }
}

TEST(StaticCost, WakingAheadDelaysTheStartOnlyAndOnDemandEveryWakeUp) {
  const auto with_wake = [](const std::string& wake) {
    return estimate(mapped(testing::tiny_gpt(),
                           idle_with({testing::with("gating.wake", wake),
                                      testing::with("gating.rail_capacitance", "0 F/m2")})),
                    load(10, 10));
  };
  const Estimate always =
      estimate(mapped(testing::tiny_gpt(), {testing::with("macros_per_tile", "8")}), load(10, 10));
  const Estimate ahead = with_wake("ahead"), on_demand = with_wake("on_demand");
  EXPECT_GE(ahead.makespan.si(), always.makespan.si());
  EXPECT_LE(ahead.makespan.si(), always.makespan.si() + 50e-9 + 1e-15);
  EXPECT_GT(on_demand.makespan.si(), ahead.makespan.si());
  EXPECT_GE(on_demand.makespan.si(), on_demand.lower_bound.si());
  EXPECT_GT(on_demand.schedule.stalls.at("wake_up"), 0);
}

TEST(StaticCost, UnusedTilesKeepTheShareThatTheirHeadersPass) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("gating.retained", "0.02")});
  const Estimate e = estimate(m, load(5, 2));
  const auto unused = static_cast<double>(676 - m.placement.tiles_used);
  EXPECT_NEAR(leaf(e, "leakage_gated").energy.si(),
              0.02 * unused * m.chip.power.on.si() * e.makespan.si(), 1e-9 * e.energy.si());
}

TEST(StaticCost, MemoryDrawsItsBackgroundPowerAllTheTime) {
  const Estimate without = estimate(mapped(testing::tiny_gpt()), load(5, 2));
  const Estimate with = estimate(
      mapped(testing::tiny_gpt(), {testing::with("dram.background", "30 mW")}), load(5, 2));
  EXPECT_EQ(with.makespan, without.makespan);
  EXPECT_NEAR(leaf(with, "dram_background").energy.si(), 30e-3 * with.makespan.si(), 1e-15);
  EXPECT_NEAR((with.energy - without.energy).si(), 30e-3 * with.makespan.si(),
              1e-9 * with.energy.si());
}

TEST(StaticCost, AreaIsThatOfTheTilesInUse) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("macros_per_tile", "8")});
  Ledger ledger;
  book_area(m, ledger);
  const double expected = static_cast<double>(m.placement.tiles_used) * m.chip.tile_area.si();
  EXPECT_NEAR(ledger.total().area.si(), expected, 1e-12 * expected);
}

TEST(StaticCost, IdlePowerIsThatOfTilesMemoryAndLinks) {
  const auto background = testing::with("dram.background", "3 W");
  const Mapping plain = mapped(testing::tiny_gpt(), {background});
  const auto used = static_cast<double>(plain.chip.powered_tiles(plain.placement.tiles_used));
  const auto tiles = static_cast<double>(plain.chip.mesh.size());
  const TilePower& on = plain.chip.power;
  EXPECT_NEAR(idle_power(plain).si(), 3.0 + used * on.on.si() + (tiles - used) * on.off.si(), 1e-9);
  const Mapping gated = mapped(testing::tiny_gpt(), idle_with({background}));
  EXPECT_GE(idle_power(gated).si(), 3.0);
  EXPECT_LT(idle_power(gated) - Watts(3.0), idle_power(plain) - Watts(3.0));
}

}  // namespace
}  // namespace ohm
