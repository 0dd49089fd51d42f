// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/multiplier_cost.h"

#include <gtest/gtest.h>

#include <set>

#include "core/config/reader.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/mvm_energy.h"
#include "tests/repository.h"

namespace ohm {
namespace {

MacroSpec digital() {
  return load_spec<MacroSpec>("macro", "digital_mac_22nm", {{repository::configs()}, {}});
}

const MvmBlock kFull{128, 16, 3};

TEST(MultiplierCost, TakesAsManyCyclesAsItsMultipliersNeed) {
  EXPECT_DOUBLE_EQ(macro_timing(digital(), 128, 16).interval.si(), 64e-9);
  EXPECT_DOUBLE_EQ(macro_timing(digital(), 1, 1).interval.si(), 1e-9);
  EXPECT_DOUBLE_EQ(macro_timing(digital(), 33, 1).latency.si(), 2e-9);
}

TEST(MultiplierCost, EveryMacCostsOneMultiplicationAndOneAddition) {
  const MacroSpec macro = digital();
  const auto parts = multiplier_energy(macro, kFull);
  const double scale = energy_scale({Metres(45e-9), Volts(0.9)}, macro.periphery.technology());
  EXPECT_EQ(parts[1].cost.count, 3 * 128 * 16);
  EXPECT_NEAR(parts[1].cost.energy.si(), 3 * 128 * 16 * 0.3e-12 * scale, 1e-18);
  EXPECT_EQ(parts[0].cost.count, 3);
  EXPECT_NEAR(parts[0].cost.energy.si(), 3 * 1466e-12 * scale, 1e-16);
}

TEST(MultiplierCost, HasNeitherConvertersNorDriversNorLines) {
  const MacroSpec macro = digital();
  std::set<std::string> energy, area;
  for (const auto& part : mvm_energy(macro, kFull, expected_activity(macro, kFull, {}))) {
    energy.insert(part.component);
  }
  for (const auto& part : macro_area(macro)) area.insert(part.component);
  const std::set<std::string> expected{"cells",           "mac",    "scale", "input_register",
                                       "output_register", "control"};
  EXPECT_EQ(energy, expected);
  EXPECT_EQ(area, expected);
  EXPECT_EQ(expected_activity(macro, kFull, {}).conversions, 0);
}

TEST(MultiplierCost, MemoryLeaksWhereCellsDoNot) {
  const MacroSpec macro = digital();
  const double all = macro_area_total(macro).area.si();
  EXPECT_NEAR(macro_leakage(macro).si(), all * macro.periphery.leakage.si(), 1e-12);
}

TEST(MultiplierCost, APublishedArrayIsChargedForTheShareInUse) {
  const MacroSpec macro = digital();
  const UnitCost whole = scaled_cost(macro.periphery.array, macro.periphery.technology());
  const double full = array_energy(macro, {128, 16, 1}, whole).energy.si();
  const double half = array_energy(macro, {64, 16, 1}, whole).energy.si();
  EXPECT_NEAR(half / full, 0.5, 1e-12);
}

TEST(MultiplierCost, APublishedArrayCostsTheSameInTwoRowGroupsAsInOne) {
  MacroSpec macro = load_spec<MacroSpec>("macro", "isaac_128", {{repository::configs()}, {}});
  const auto energy = [&](Index rows_active) {
    macro.array.rows_active = rows_active;
    const UnitCost step = scaled_by(  // a step with half of the wordlines takes half of the energy
        scaled_cost(macro.periphery.array, macro.periphery.technology()),
        static_cast<double>(rows_active) / 128.0);
    return array_energy(macro, {128, 16, 1}, step).energy.si();
  };
  EXPECT_NEAR(energy(128), 16 * 30e-12, 1e-18);
  EXPECT_NEAR(energy(64), energy(128), 1e-18);
}

}  // namespace
}  // namespace ohm
