// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

TEST(DrivenPower, OneCellSharesItWithItsTerminations) {
  const std::vector<double> v{0.2};
  const auto point =
      driven_operating_point(Matrix<double>(1, 1, 1e-4), {.r_driver = 50.0, .r_sense = 20.0}, v);
  const double current = 0.2 / 10070.0;
  EXPECT_NEAR(point.power.supplied / (0.2 * current), 1.0, 1e-10);
  EXPECT_NEAR(point.power.cells / (1e4 * current * current), 1.0, 1e-10);
  EXPECT_NEAR(point.power.drivers / (50.0 * current * current), 1.0, 1e-10);
  EXPECT_NEAR(point.power.senses / (20.0 * current * current), 1.0, 1e-10);
  EXPECT_NEAR(point.nodes.wordline(0, 0), 0.2 - 50.0 * current, 1e-12);
  EXPECT_NEAR(point.nodes.bitline(0, 0), 20.0 * current, 1e-14);
}

TEST(DrivenPower, WithoutResistanceAllOfItHeatsTheCells) {
  const Matrix<double> g = random_cells(5, 7, 0.0, 1e-4);
  const std::vector<double> v{0.1, 0.2, 0.0, -0.1, 0.3};
  const DrivenPower power = driven_operating_point(g, {}, v).power;
  double expected = 0.0;
  for (Index i = 0; i < 5; ++i) {
    for (const double cell : g.row(i))
      expected += cell * v[static_cast<size_t>(i)] * v[static_cast<size_t>(i)];
  }
  EXPECT_NEAR(power.cells / expected, 1.0, 1e-13);
  EXPECT_EQ(power.dissipated(), power.cells);
}

TEST(DrivenPower, BalancesForEveryWiring) {
  const Matrix<double> g = random_cells(12, 9, 1e-6, 1e-4), v = random_cells(1, 12, -0.2, 0.2);
  for (int mask = 0; mask < 64; ++mask) {
    const WireResistances wires{mask & 1 ? 50.0 : 0.0,  mask & 2 ? 70.0 : 0.0,
                                mask & 4 ? 300.0 : 0.0, mask & 8 ? 200.0 : 0.0,
                                (mask & 16) != 0,       (mask & 32) != 0};
    const DrivenOperatingPoint point = driven_operating_point(g, wires, v.row(0));
    const DrivenPower& power = point.power;
    EXPECT_NEAR(power.supplied / power.dissipated(), 1.0, 1e-8) << mask;
    double in = 0.0, out = 0.0;
    for (const double current : point.driver_currents) in += current;
    for (const double current : point.currents) out += current;
    EXPECT_NEAR(in, out, 1e-9 * std::abs(out) + 1e-15) << mask;
    EXPECT_EQ(power.wordline_wires > 0.0, (mask & 1) != 0) << mask;
    EXPECT_EQ(power.drivers > 0.0, (mask & 4) != 0) << mask;
  }
}

TEST(DrivenPower, KirchhoffsLawHoldsAtEveryInnerNode) {
  const Matrix<double> g = random_cells(20, 20, 1e-6, 1e-4), v = random_cells(1, 20, 0.0, 0.2);
  const auto point = driven_operating_point(g, {10.0, 20.0, 30.0, 40.0}, v.row(0));
  const Matrix<double>&u = point.nodes.wordline, &b = point.nodes.bitline;
  for (Index i = 1; i < 19; ++i) {
    for (Index j = 1; j < 19; ++j) {
      const double cell = g(i, j) * (u(i, j) - b(i, j));
      EXPECT_NEAR((u(i, j - 1) - 2.0 * u(i, j) + u(i, j + 1)) / 10.0, cell,
                  1e-9 * std::abs(cell) + 1e-17);
      EXPECT_NEAR((2.0 * b(i, j) - b(i - 1, j) - b(i + 1, j)) / 20.0, cell,
                  1e-9 * std::abs(cell) + 1e-17);
    }
  }
}

TEST(DrivenPower, BalancesInALossyArrayOfADriverAtEachEnd) {
  const Matrix<double> g = random_cells(128, 128, 1e-6, 1e-4), v = random_cells(1, 128, 0.0, 0.2);
  const DrivenPower power =
      driven_operating_point(g, {5.0, 5.0, 100.0, 50.0, true, true}, v.row(0)).power;
  EXPECT_NEAR(power.supplied / power.dissipated(), 1.0, 1e-8);
}

TEST(DrivenPower, NothingDrivenIsNothingSpent) {
  const auto point = driven_operating_point(Matrix<double>(3, 3, 1e-4), {1.0, 1.0, 1.0, 1.0},
                                            std::vector<double>(3, 0.0));
  EXPECT_EQ(point.power.supplied, 0.0);
  EXPECT_EQ(point.currents, std::vector<double>(3, 0.0));
}

TEST(DrivenPower, OpenCellsTakeNothing) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const Matrix<double> v = random_cells(1, 3, -1.0, 1.0, seed);
    for (const double r_driver : {1e-6, 0.0, 7.0}) {
      const WireResistances wires{3.0, 1.0, r_driver, 1.0, true, true};
      const auto point = driven_operating_point(Matrix<double>(3, 64), wires, v.row(0));
      EXPECT_EQ(point.currents, std::vector<double>(64, 0.0));
      EXPECT_NEAR(point.power.supplied, 0.0, 1e-15);
      EXPECT_NEAR(point.power.dissipated(), 0.0, 1e-15);
    }
  }
}

TEST(DrivenPower, RefusesVoltagesThatDoNotFit) {
  EXPECT_THROW(driven_operating_point(Matrix<double>(3, 3, 1e-4), {}, std::vector<double>(2, 0.1)),
               ArgumentError);
}

}  // namespace
}  // namespace ohm
