// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/mvm_energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "core/config/reader.h"
#include "core/error.h"
#include "core/ledger.h"
#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

std::map<std::string, Cost> by_name(const std::vector<ComponentCost>& parts) {
  std::map<std::string, Cost> costs;
  for (const ComponentCost& part : parts) {
    EXPECT_TRUE(costs.emplace(part.component, part.cost).second) << part.component;
  }
  return costs;
}

TEST(MvmEnergy, FullyDrivenArrayOfHundredMicrosiemensTakes65Picojoules) {
  MacroSpec macro;
  macro.read = {Volts(0.2), Seconds(1e-9)};
  MvmActivity one_step;
  one_step.conductance = Siemens(128 * 128 * 100e-6);
  const Cost cells = by_name(mvm_energy(macro, {128, 16, 1}, one_step)).at("cells");
  EXPECT_DOUBLE_EQ(cells.energy.si(), 65.536e-12);
}

TEST(MvmEnergy, RegulatorDrawsItsSupplyVoltage) {
  MacroSpec macro;
  MvmActivity activity;
  activity.conductance = Siemens(1e-3);
  const Cost ideal = by_name(mvm_energy(macro, {128, 16, 1}, activity)).at("cells");
  macro.periphery.read_supply = "regulator";
  const Cost regulated = by_name(mvm_energy(macro, {128, 16, 1}, activity)).at("cells");
  EXPECT_NEAR(regulated.energy / ideal.energy, 0.85 / 0.2, 1e-12);
  EXPECT_EQ(ideal.energy_high, regulated.energy);
  EXPECT_EQ(regulated.energy_low, ideal.energy);
}

TEST(MvmEnergy, WordlineCapacitanceIsGatesAndWire) {
  // 128 cells of 12 F = 264 nm: 0.1 fF of gate and 0.0528 fF of wire each.
  EXPECT_NEAR(wordline_capacitance(MacroSpec{}).si(), 128 * 0.1528e-15, 1e-21);
}

TEST(MvmEnergy, EveryActionIsBookedOnce) {
  const MacroSpec macro;
  const MvmBlock block{100, 10, 3};
  MvmActivity activity = expected_activity(macro, block, {});
  const auto parts = by_name(mvm_energy(macro, block, activity));
  EXPECT_EQ(parts.size(), 10U);
  EXPECT_EQ(parts.at("adc").count, 3 * 8 * 10 * 4);
  EXPECT_DOUBLE_EQ(parts.at("adc").energy.si(),
                   960 * adc_survey(8, Metres(22e-9), Hertz(1e9)).energy.si());
  EXPECT_DOUBLE_EQ(parts.at("adc").busy.si(), 960e-9);
  EXPECT_EQ(parts.at("sample_hold").count, 960);
  EXPECT_NEAR(parts.at("sample_hold").energy.si(), 960 * 20e-15 * 0.85 * 0.85, 1e-20);
  EXPECT_EQ(parts.at("shift_add").count, 960);
  EXPECT_EQ(parts.at("dac").count, 3 * 100 * 8);
  EXPECT_EQ(parts.at("wordline_driver").count, 3 * 100 * 4);
  EXPECT_NEAR(parts.at("wordline_driver").energy.si(), 1200 * 128 * 0.1528e-15 * 0.7225, 1e-18);
  EXPECT_EQ(parts.at("scale").count, 3 * 10 * 4);
  EXPECT_EQ(parts.at("input_register").count, 300);
  EXPECT_EQ(parts.at("output_register").count, (30 * 23 + 7) / 8);
  EXPECT_EQ(parts.at("cells").count, 1200 * 80);
  EXPECT_DOUBLE_EQ(parts.at("cells").busy.si(), 24 * 10e-9);
  EXPECT_FALSE(parts.contains("offset_correction"));
}

TEST(MvmEnergy, OffsetColumnAddsTheInputsUp) {
  MacroSpec macro;
  macro.weight.encoding = "offset_column";
  const MvmBlock block{100, 31, 2};
  const auto parts = by_name(mvm_energy(macro, block, expected_activity(macro, block, {})));
  EXPECT_EQ(parts.at("offset_correction").count, 2 * (100 + 31));
}

TEST(MvmEnergy, ExactAndStatisticalActivityGoThroughTheSameBooking) {
  const MacroSpec macro;
  const MvmBlock block{128, 16, 1};
  const std::vector<std::int32_t> all_ones(128, -1);  // 11111111 in two's complement
  const std::vector<double> rows(128, 128 * macro.device.g_max.si());
  const auto exact =
      by_name(mvm_energy(macro, block, measured_activity(macro, block, all_ones, rows)));
  const auto expected =
      by_name(mvm_energy(macro, block, expected_activity(macro, block, {1.0, 1.0})));
  for (const auto& [name, cost] : exact) {
    EXPECT_NEAR(cost.energy / expected.at(name).energy, 1.0, 1e-12) << name;
    EXPECT_EQ(cost.count, expected.at(name).count) << name;
  }
}

TEST(MvmEnergy, LedgerTakesEveryPartAndTheTotalIsTheirSum) {
  const MacroSpec macro;
  const MvmBlock block{128, 16, 7};
  Ledger ledger;
  Joules sum;
  for (const ComponentCost& part : mvm_energy(macro, block, expected_activity(macro, block, {}))) {
    ledger.book({part.component, "op", 0, "decode"}, part.cost);
    sum += part.cost.energy;
    EXPECT_FALSE(part.cost.source.empty());
  }
  EXPECT_NEAR(ledger.total().energy / sum, 1.0, 1e-12);
}

TEST(MvmEnergy, ReproducesThePowersOfIsaacsTable) {
  MacroSpec isaac;
  isaac.periphery =
      load_spec<PeripherySpec>("component", "periphery_isaac_32nm", {{OHM_CONFIG_DIR}, {}});
  isaac.weight.bits = isaac.input.bits = 16;
  isaac.weight.encoding = "offset_column";
  isaac.weight.slice_bits.assign(8, 2);
  isaac.array.columns_per_adc = 128;
  isaac.read.time = Seconds(100e-9);
  isaac.adc.rate = Hertz(1.2e9);
  isaac.adc.cost = "isaac";
  MvmActivity activity;
  activity.conversions = 16 * 120;  // 1.2 GS/s over 100 ns, 16 steps
  activity.row_drives = 16 * 128;
  const auto parts = by_name(mvm_energy(isaac, {128, 15, 1}, activity));
  const auto milliwatts = [&](const char* name) {  // of 8 arrays, one MVM per 1.6 µs
    return 8 * parts.at(name).energy.si() / 1.6e-6 * 1e3;
  };
  EXPECT_NEAR(milliwatts("adc"), 16.0, 1e-9);
  EXPECT_NEAR(milliwatts("dac"), 4.0, 1e-9);
  EXPECT_NEAR(milliwatts("shift_add"), 0.2, 1e-9);
  EXPECT_NEAR(milliwatts("sample_hold"), 0.010 * 120 / 128, 1e-9);
  EXPECT_NEAR(milliwatts("input_register"), 1.24, 1e-9);
}

TEST(MvmEnergy, RefusesNegativeAndNonFiniteActivity) {
  const MacroSpec macro;
  MvmActivity activity;
  activity.conversions = -1;
  EXPECT_THROW(mvm_energy(macro, {1, 1, 1}, activity), ArgumentError);
  activity.conversions = 0;
  activity.conductance = Siemens(std::nan(""));
  EXPECT_THROW(mvm_energy(macro, {1, 1, 1}, activity), ArgumentError);
  EXPECT_THROW(mvm_energy(macro, {0, 1, 1}, MvmActivity{}), ArgumentError);
}

}  // namespace
}  // namespace ohm
