// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/tile_power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/cost/macro_area.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

TEST(TilePower, OnIsTheLeakageOfAllParts) {
  const ChipSpec spec = shipped_chip();
  const double expected = 96.0 * macro_leakage(spec.macro).si() + spec.buffer.leakage.si() +
                          spec.leakage.si() * (spec.digital.area.si() + spec.noc.router_area.si());
  EXPECT_NEAR(tile_power(spec).on.si(), expected, 1e-12 * expected);
  EXPECT_EQ(tile_power(spec).off.si(), 0.0);
  EXPECT_EQ(tile_power(shipped_chip({with("gating", "none")})).off, tile_power(spec).on);
}

TEST(TilePower, MemoriesAndRouterStayWhileATileIsGated) {
  const ChipSpec spec = shipped_chip({with("gating", "idle_tiles"), with("gating.retained", "0.1"),
                                      with("gating.memory_retained", "0.25")});
  const double router = spec.leakage.si() * spec.noc.router_area.si();
  const double circuits =
      96.0 * macro_leakage(spec.macro).si() + spec.leakage.si() * spec.digital.area.si();
  const TilePower power = tile_power(spec);
  EXPECT_NEAR(power.gated.si(), 0.1 * circuits + 0.25 * spec.buffer.leakage.si() + router,
              1e-12 * power.on.si());
  EXPECT_NEAR(power.off.si(), 0.1 * power.on.si(), 1e-12 * power.on.si());
}

TEST(TilePower, ResistiveCellsLoseNothingButSramKeepsItsLeakage) {
  const auto gated = [](const std::string& chip, const std::string& share) {
    return tile_power(shipped_chip({with("gating.memory_retained", share)}, chip)).gated.si();
  };
  const ChipSpec sram = shipped_chip({}, "digital_mac_22nm");
  const double kept = gated("digital_mac_22nm", "1") - gated("digital_mac_22nm", "0");
  EXPECT_GT(kept, 1.5 * sram.buffer.leakage.si());
  EXPECT_NEAR(gated("rram_22nm", "1") - gated("rram_22nm", "0"), shipped_chip().buffer.leakage.si(),
              1e-12);
}

TEST(TilePower, BreakEvenIsTheGapThatSavesWhatTheWakeUpTakes) {
  const TilePower power = tile_power(shipped_chip(
      {with("gating", "idle_tiles"), with("gating.wake_time", "40 ns"),
       with("gating.wake_energy", "2 nJ"), with("gating.rail_capacitance", "0 F/m2")}));
  EXPECT_DOUBLE_EQ(power.wake_energy.si(), 2e-9);
  const double saved = (power.break_even.si() - 40e-9) * (power.on - power.gated).si();
  EXPECT_NEAR(saved, 2e-9, 1e-20);
}

TEST(TilePower, ChargingTheRailTakesCVSquared) {
  const ChipSpec spec = shipped_chip({with("gating", "idle_tiles")});
  double switched = spec.digital.area.si();
  for (const ComponentCost& part : macro_area(spec.macro)) {
    if (part.component != "cells") switched += 96.0 * part.cost.area.si();
  }
  const double vdd = spec.macro.periphery.vdd.si();
  EXPECT_NEAR(tile_power(spec).wake_energy.si() / (1e-3 * switched * vdd * vdd), 1.0, 1e-9);
}

TEST(TilePower, WithNothingToSaveGatingNeverPays) {
  const TilePower power =
      tile_power(shipped_chip({with("gating", "idle_tiles"), with("gating.retained", "1")}));
  EXPECT_TRUE(std::isinf(power.break_even.si()));
}

}  // namespace
}  // namespace ohm
