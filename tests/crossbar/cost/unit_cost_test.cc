// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/unit_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ohm {
namespace {

PublishedFigure figure(double pj, double um2, double nm, double v, const std::string& source) {
  return {Joules(pj * 1e-12), SquareMetres(um2 * 1e-12), Metres(nm * 1e-9), Volts(v), source};
}

const Technology k32nm{Metres(32e-9), Volts(0.9)};

TEST(UnitCost, ScalesAFigureFromItsOwnNodeAndSaysSo) {
  const UnitCost cost = scaled_cost({figure(1, 100, 65, 1.3, "paper")}, k32nm);
  EXPECT_NEAR(cost.energy.si(), 0.17558e-12, 1e-4 * 0.17558e-12);
  EXPECT_NEAR(cost.area.si(), 100e-12 * 0.46 / 1.5, 1e-20);
  EXPECT_THAT(cost.source, testing::HasSubstr("paper (scaled 65 nm 1.30 V -> 32 nm 0.90 V"));
}

TEST(UnitCost, FirstFigureCountsAndAllSpanTheRange) {
  const UnitCost cost = scaled_cost(
      {figure(2, 0, 32, 0.9, "a"), figure(3, 50, 32, 0.9, "b"), figure(1, 40, 32, 0.9, "c")},
      k32nm);
  EXPECT_DOUBLE_EQ(cost.energy.si(), 2e-12);
  EXPECT_DOUBLE_EQ(cost.energy_low.si(), 1e-12);
  EXPECT_DOUBLE_EQ(cost.energy_high.si(), 3e-12);
  EXPECT_DOUBLE_EQ(cost.area.si(), 50e-12);
  EXPECT_DOUBLE_EQ(cost.area_low.si(), 40e-12);
  EXPECT_DOUBLE_EQ(cost.area_high.si(), 50e-12);
  EXPECT_EQ(cost.source, "a; b; c");
}

TEST(UnitCost, NoFigureCostsNothing) {
  const UnitCost cost = scaled_cost({}, k32nm);
  EXPECT_EQ(cost.energy_high, Joules(0.0));
  EXPECT_EQ(cost.area_high, SquareMetres(0.0));
}

TEST(UnitCost, CountsMultiplyFigureAndRange) {
  const UnitCost each = scaled_by(
      scaled_cost({figure(2, 10, 32, 0.9, "a"), figure(3, 20, 32, 0.9, "b")}, k32nm), 2.0);
  const Cost energy = energy_cost(5, each), area = area_cost(2.5, each);
  EXPECT_EQ(energy.count, 5);
  EXPECT_DOUBLE_EQ(energy.energy.si(), 20e-12);
  EXPECT_DOUBLE_EQ(energy.energy_high.si(), 30e-12);
  EXPECT_EQ(area.count, 3);
  EXPECT_DOUBLE_EQ(area.area.si(), 50e-12);
  EXPECT_DOUBLE_EQ(area.area_high.si(), 100e-12);
}

}  // namespace
}  // namespace ohm
