// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/temperature_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/estimate/estimate.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

ChipSpec hot_chip(const std::vector<Override>& more = {}) {
  std::vector<Override> overrides{with("thermal.kind", "network")};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return testing::shipped_chip(overrides);
}

Estimate estimated(const ChipSpec& chip) {
  return estimate(map_network(build_network(testing::tiny_gpt()), chip), {20, 10, 1, {}});
}

TileField die(Index columns, Index rows) {
  return {columns, rows, columns, rows, Metres(1e-3)};
}

TEST(TemperatureMap, FindsTheHottestTile) {
  PowerMap power{std::vector<double>(12, 0.5), std::vector<double>(12, 0.0), {}};
  power.fixed[5] = 3.0;
  const TemperatureMap map = temperature_map(hot_chip(), die(4, 3), power);
  EXPECT_EQ(map.hottest, 5);
  EXPECT_EQ(map.peak.si(), map.tiles[5]);
  // the mean over equal areas is that of a chip of one temperature
  EXPECT_NEAR(map.mean.si(), 318.15 + 8.5 * 0.3, 1e-9);
  EXPECT_NEAR(map.power.si(), 8.5, 1e-12);
  EXPECT_EQ(map.leakage_ratio(), 1.0);
}

TEST(TemperatureMap, AgesCellsByArrhenius) {
  // 1.1 eV from 25 to 85 degrees Celsius: 1.30e3 times as fast
  const ChipSpec chip = hot_chip({with("macro.device.temperature.reference", "298.15 K"),
                                  with("thermal.ambient", "358.15 K")});
  const PowerMap none{{0.0}, {0.0}, {}};
  EXPECT_NEAR(temperature_map(chip, die(1, 1), none).ageing, 1.30e3, 5.0);
}

TEST(TemperatureMap, MovesTheCellsOfAChip) {
  const ChipSpec chip = at_temperature(hot_chip(), Kelvins(353.0));
  EXPECT_EQ(chip.macro.device.temperature.operating.si(), 353.0);
  EXPECT_GT(chip.macro.device.equivalent_age().si(), -1.0);
}

TEST(TemperatureMap, IsPartOfAnEstimateOnlyWhereAsked) {
  EXPECT_FALSE(estimated(testing::shipped_chip()).temperature.has_value());
  EXPECT_TRUE(estimated(hot_chip()).temperature.has_value());
}

TEST(TemperatureMap, OfAnEstimateBalancesItsEnergy) {
  const Estimate cold = estimated(testing::shipped_chip()), e = estimated(hot_chip());
  const TemperatureMap& map = *e.temperature;
  double dram = 0.0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (leaf.component == "dram") dram += cost.energy.si();
  }
  EXPECT_NEAR(map.power.si() + dram / e.makespan.si(), e.power.si(), 1e-9 * e.power.si());
  EXPECT_NEAR(map.mean.si(), 318.15 + 0.3 * map.power.si(), 1e-6);
  EXPECT_GE(map.peak, map.mean);
  EXPECT_EQ(e.makespan, cold.makespan);
  EXPECT_EQ(e.macs, cold.macs);
}

TEST(TemperatureMap, BooksLeakageAtTheTemperatureOfTheChip) {
  const Estimate cold = estimated(testing::shipped_chip()), e = estimated(hot_chip());
  const double ratio = e.temperature->leakage_ratio();
  EXPECT_GE(ratio, std::exp2((318.15 - 300.0) / 22.0));
  EXPECT_NEAR(e.leakage_energy.si(), ratio * cold.leakage_energy.si(),
              1e-9 * e.leakage_energy.si());
  EXPECT_NEAR((e.energy - cold.energy).si(), (e.leakage_energy - cold.leakage_energy).si(),
              1e-9 * e.energy.si());
  EXPECT_LE(e.energy_low, e.energy);
  EXPECT_GE(e.energy_high, e.energy);
}

TEST(TemperatureMap, SaysThatAccuracyIsComputedAtAnotherTemperature) {
  const auto says = ::testing::Contains(::testing::HasSubstr("temperature.operating"));
  EXPECT_THAT(estimated(hot_chip()).assumptions, says);
  ChipSpec chip = hot_chip();
  chip = at_temperature(chip, estimated(chip).temperature->peak);
  EXPECT_THAT(estimated(chip).assumptions, ::testing::Not(says));
}

TEST(TemperatureMap, SaysHowCoarseItIs) {
  const PowerMap even{
      std::vector<double>(130 * 100, 1e-3), std::vector<double>(130 * 100, 0.0), {}};
  const ChipSpec chip = hot_chip();
  const TemperatureMap map = temperature_map(chip, die(130, 100), even);
  EXPECT_THAT(thermal_assumptions(chip, map),
              ::testing::Contains(::testing::HasSubstr("squares of 2 × 2 tiles")));
}

TEST(TemperatureMap, RefusesAChipThatRunsAway) {
  EXPECT_THROW(estimated(hot_chip({with("thermal.resistance", "100000 K/W")})), ConfigError);
}

}  // namespace
}  // namespace ohm
