// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/driven_solver.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "crossbar/wires/driven_oracle.h"
#include "crossbar/wires/elimination.h"
#include "crossbar/wires/mean_loss.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

WireResistances all_wires(double ohms) {
  return {ohms, ohms, ohms, ohms};
}

double sum(const Matrix<double>& a) {
  return std::accumulate(a.values.begin(), a.values.end(), 0.0);
}

TEST(DrivenSolver, OneCellDividesTheVoltage) {
  const Matrix<double> g(1, 1, 1e-4), v(1, 1, 0.2);
  const auto currents = driven_currents(g, {.r_driver = 50.0, .r_sense = 20.0}, v);
  EXPECT_NEAR(currents(0, 0) / (0.2 / 10070.0), 1.0, 1e-12);
  EXPECT_NEAR(currents(0, 0), 1.98609731877e-5, 1e-16);
}

TEST(DrivenSolver, TwoByTwoIsTheExactFraction) {
  Matrix<double> g(2, 2);
  g.values = {1e-4, 5e-5, 2.5e-5, 1e-4};
  const Matrix<double> g_eff = effective_conductance(g, all_wires(1.0));
  EXPECT_NEAR(g_eff(0, 0) / (4001900200003.0 / 40034009400900018.0), 1.0, 1e-12);
  EXPECT_NEAR(g_eff(0, 1) / (2000900120003.0 / 40034009400900018.0), 1.0, 1e-12);
  EXPECT_NEAR(g_eff(1, 0) / (500300065003.0 / 20017004700450009.0), 1.0, 1e-12);
  EXPECT_NEAR(g_eff(1, 1) / g_eff(0, 0), 1.0, 1e-12);
}

TEST(DrivenSolver, TwoByTwoUniformIsTheExactFraction) {
  const Matrix<double> g_eff = effective_conductance(Matrix<double>(2, 2, 1e-4), all_wires(5.0));
  EXPECT_NEAR(g_eff(0, 0) / (2004001.0 / 20090110030.0), 1.0, 1e-12);
  EXPECT_NEAR(g_eff(0, 1) / (2003001.0 / 20090110030.0), 1.0, 1e-12);
  EXPECT_NEAR(g_eff(1, 0) / (1002501.0 / 10045055015.0), 1.0, 1e-12);
}

TEST(DrivenSolver, ThreeByThreeWithFourResistances) {
  Matrix<double> g(3, 3);
  g.values = {1e-4, 5e-5, 2e-5, 2.5e-5, 1e-4, 1.0 / 30000.0, 4e-5, 1.25e-5, 1.0 / 15000.0};
  Matrix<double> expected(3, 3);
  expected.values = {9.964812049377e-5, 4.982177228657e-5, 1.994142322801e-5,
                     2.492248498617e-5, 9.965732480307e-5, 3.323641460832e-5,
                     3.990639476187e-5, 1.246903560872e-5, 6.651210901250e-5};
  const Matrix<double> g_eff = effective_conductance(g, {2.0, 3.0, 10.0, 7.0});
  EXPECT_LE(largest_relative_error(g_eff, expected), 1e-11);
}

TEST(DrivenSolver, AUniformColumnIsALadder) {
  struct Case {
    Index m;
    double ohms, current;
  };
  for (const Case& c : {Case{4, 1.0, 3.99700245796469e-4},
                        {8, 5.0, 7.89945762603168e-4},
                        {128, 1.0, 8.52820700043933e-3}}) {
    const auto currents =
        driven_currents(Matrix<double>(c.m, 1, 1e-4), {.r_bitline = c.ohms, .r_sense = c.ohms},
                        Matrix<double>(1, c.m, 1.0));
    EXPECT_NEAR(currents(0, 0) / c.current, 1.0, 1e-10);
  }
}

TEST(DrivenSolver, IsReciprocalBoundedAndNotNegative) {
  const WireResistances wires{3.0, 2.0, 40.0, 10.0};
  const Matrix<double> g = random_cells(13, 9, 1e-6, 1e-4);
  const Matrix<double> from_senses = effective_conductance(g, wires);
  Matrix<double> units(13, 13);
  for (Index i = 0; i < 13; ++i) units(i, i) = 1.0;
  EXPECT_LE(largest_relative_error(driven_currents(g, wires, units), from_senses), 1e-9);
  for (Index i = 0; i < 13; ++i) {
    double row = 0.0;
    for (const double value : from_senses.row(i)) {
      EXPECT_GE(value, 0.0);
      row += value;
    }
    EXPECT_LE(row, 1.0 / 40.0);
  }
}

TEST(DrivenSolver, ScalingConductancesAndResistancesScalesTheMatrix) {
  const Matrix<double> g = random_cells(12, 17, 1e-6, 1e-4);
  Matrix<double> quarter = g, expected = effective_conductance(g, {1.0, 2.0, 3.0, 4.0});
  for (double& value : quarter.values) value /= 4.0;
  for (double& value : expected.values) value /= 4.0;
  EXPECT_EQ(effective_conductance(quarter, {4.0, 8.0, 12.0, 16.0}), expected);
}

TEST(DrivenSolver, WithoutResistanceTheMatrixIsTheCells) {
  const Matrix<double> g = random_cells(20, 31, 0.0, 1e-4);
  EXPECT_LE(largest_relative_error(effective_conductance(g, {}), g), 1e-15);
  EXPECT_LE(largest_relative_error(effective_conductance(g, all_wires(1e-9)), g), 1e-8);
}

TEST(DrivenSolver, MoreResistanceNeverGivesMoreCurrent) {
  const Matrix<double> g = random_cells(16, 16, 1e-6, 1e-4), v(1, 16, 0.2);
  const WireResistances wires{2.0, 3.0, 20.0, 10.0};
  const double before = sum(driven_currents(g, wires, v));
  for (double WireResistances::*more : {&WireResistances::r_wordline, &WireResistances::r_bitline,
                                        &WireResistances::r_driver, &WireResistances::r_sense}) {
    WireResistances raised = wires;
    raised.*more *= 1.5;
    EXPECT_LT(sum(driven_currents(g, raised, v)), before);
  }
}

TEST(DrivenSolver, EveryMixtureOfIdealPartsAndEndsAgreesWithElimination) {
  for (const auto& [m, n] :
       {std::pair<Index, Index>{1, 1}, {1, 5}, {2, 2}, {6, 1}, {7, 5}, {4, 9}}) {
    const Matrix<double> g = random_cells(m, n, 1e-6, 1e-4);
    for (int mask = 0; mask < 64; ++mask) {
      const WireResistances wires{mask & 1 ? 50.0 : 0.0,  mask & 2 ? 70.0 : 0.0,
                                  mask & 4 ? 300.0 : 0.0, mask & 8 ? 200.0 : 0.0,
                                  (mask & 16) != 0,       (mask & 32) != 0};
      const Matrix<double> exact = effective_conductance_nodal(g, wires);
      EXPECT_LE(largest_relative_error(effective_conductance(g, wires), exact), 1e-13)
          << m << " x " << n << ", wiring " << mask;
    }
  }
}

TEST(DrivenSolver, RandomNetworksAgreeWithElimination) {
  for (const auto& [m, n] : {std::pair<Index, Index>{32, 32}, {48, 33}, {37, 64}}) {
    for (const double ohms : {1.0, 10.0}) {
      const Matrix<double> g = random_cells(m, n, 1e-6, 1e-4);
      const Matrix<double> exact = effective_conductance_nodal(g, all_wires(ohms));
      EXPECT_LE(largest_relative_error(effective_conductance(g, all_wires(ohms)), exact), 1e-10);
      const Matrix<double> v = random_cells(3, m, 0.0, 0.2);
      const Matrix<double> currents = driven_currents(g, all_wires(ohms), v, 1e-9);
      EXPECT_LE(largest_relative_error(currents, product(v, exact)), 1e-9);
    }
  }
}

TEST(DrivenSolver, TheErrorOfEveryOutputIsBelowTheTolerance) {
  for (std::uint32_t seed = 0; seed < 24; ++seed) {
    const Matrix<double> r = random_decades(1, 4, 0.3, 1e4, seed);
    const WireResistances wires{r(0, 0), r(0, 1), r(0, 2), r(0, 3), seed % 2 == 0, seed % 3 == 0};
    const Matrix<double> g = seed % 4 == 0 ? random_decades(11, 14, 1e-9, 1e-3, seed)
                                           : random_cells(11, 14, 1e-6, 1e-4, seed);
    const Matrix<double> exact = effective_conductance_nodal(g, wires);
    const Matrix<double> v = random_cells(2, 11, 0.0, 0.2, seed);
    for (const double tolerance : {1e-3, 1e-6, 1e-10, 1e-12}) {
      const Matrix<double> currents = driven_currents(g, wires, v, tolerance);
      EXPECT_LE(largest_relative_error(currents, product(v, exact)), tolerance) << seed;
    }
  }
}

TEST(DrivenSolver, ExtremeConductancesAgreeWithElimination) {
  Matrix<double> g = random_decades(32, 40, 1e-9, 1e-3);
  for (Index i = 0; i < g.size(); i += 7) g.values[static_cast<size_t>(i)] = 0.0;
  const Matrix<double> exact = effective_conductance_nodal(g, all_wires(10.0));
  EXPECT_LE(largest_relative_error(effective_conductance(g, all_wires(10.0)), exact), 1e-10);
}

TEST(DrivenSolver, VoltagesOfBothSignsMayCancel) {
  const Matrix<double> g = random_cells(24, 24, 1e-6, 1e-4), v = random_cells(5, 24, -0.2, 0.2);
  const Matrix<double> currents = driven_currents(g, all_wires(5.0), v);
  const Matrix<double> exact = product(v, effective_conductance_nodal(g, all_wires(5.0)));
  for (size_t k = 0; k < exact.values.size(); ++k) {
    EXPECT_NEAR(currents.values[k], exact.values[k], 1e-10 * std::abs(exact.values[k]) + 1e-18);
  }
}

// Resistive wires are left to elimination, those between for some inputs of a batch.
TEST(DrivenSolver, BatchesDoNotChangeABit) {
  const Matrix<double> g = random_cells(21, 18, 1e-6, 1e-4), v = random_cells(19, 21, -0.1, 0.2);
  for (const double ohms : {8.0, 3e3, 5e3, 7e3, 1e6}) {
    const Matrix<double> together = driven_currents(g, all_wires(ohms), v);
    for (Index b = 0; b < v.rows; ++b) {
      Matrix<double> one(1, v.cols);
      std::copy_n(v.row(b).begin(), v.cols, one.row(0).begin());
      const Matrix<double> alone = driven_currents(g, all_wires(ohms), one);
      EXPECT_TRUE(std::ranges::equal(alone.values, together.row(b))) << ohms << " Ohm: " << b;
    }
  }
}

TEST(DrivenSolver, SweepsThatDoNotSettleSaySo) {
  const auto settles = [](double ohms, double tolerance) {
    const Ladders ladders = make_ladders(Matrix<double>(20, 20, 1e-4), all_wires(ohms));
    LineSweep sweep(ladders, 1);
    std::ranges::fill(sweep.drive, 0.2);
    return solve_lines(ladders, sweep, tolerance).all_settled();
  };
  EXPECT_TRUE(settles(10.0, 1e-10));
  EXPECT_TRUE(settles(10.0, 1e-13));
  EXPECT_FALSE(settles(1e6, 1e-10));
  EXPECT_FALSE(settles(1e9, 1e-1));
}

// CrossSim (0a2eb1e, iarray.py) lowers its relaxation after a network that did not converge, and
// keeps it so: the digits of a solution depend on what was solved before.
TEST(DrivenSolver, AnEarlierNetworkLeavesNoTrace) {
  const Matrix<double> easy = random_cells(24, 20, 1e-6, 1e-4), hard(200, 200, 1e-3);
  const Matrix<double> v = random_cells(3, 24, 0.0, 0.2), ones(1, 200, 1.0);
  const Matrix<double> fresh = driven_currents(easy, all_wires(5.0), v);
  driven_currents(hard, all_wires(20.0), ones, 1e-6);
  driven_currents(hard, all_wires(1e9), ones, 1e-12);
  EXPECT_EQ(driven_currents(easy, all_wires(5.0), v), fresh);
}

TEST(DrivenSolver, SurvivesTheThinnestAndTheDarkestArrays) {
  const Matrix<double> row = effective_conductance(Matrix<double>(1, 1000, 1e-5), all_wires(1.0));
  EXPECT_GT(row(0, 999), 0.0);
  EXPECT_LT(row(0, 999), row(0, 0));
  const Matrix<double> column =
      effective_conductance(Matrix<double>(2000, 1, 1e-5), all_wires(1.0));
  EXPECT_GT(column(0, 0), 0.0);
  EXPECT_LT(column(0, 0), column(1999, 0));
  EXPECT_EQ(effective_conductance(Matrix<double>(9, 5), all_wires(1.0)), Matrix<double>(9, 5));
  EXPECT_EQ(driven_currents(Matrix<double>(9, 5, 1e-4), all_wires(1.0), Matrix<double>(0, 9)).rows,
            0);
}

TEST(DrivenSolver, AnOpenBitlineGivesNothingToItsSense) {
  Matrix<double> g = random_cells(6, 3, 1e-6, 1e-4);
  for (Index i = 0; i < 6; ++i) g(i, 1) = 0.0;
  const Matrix<double> g_eff = effective_conductance(g, all_wires(2.0));
  for (Index i = 0; i < 6; ++i) EXPECT_EQ(g_eff(i, 1), 0.0);
  EXPECT_LE(largest_relative_error(effective_conductance_nodal(g, all_wires(2.0)), g_eff), 1e-10);
}

TEST(DrivenSolver, MeanLossIsWithinThreePercentOfTheExactNetwork) {
  struct Case {
    Index n;
    double ohms, micro_siemens, loss;
  };
  for (const Case& c : {Case{64, 1, 100, .137},
                        {64, 5, 100, .396},
                        {128, 1, 10, .055},
                        {128, 1, 100, .357},
                        {128, 5, 10, .219},
                        {128, 5, 100, .734},
                        {256, 1, 10, .184},
                        {256, 1, 100, .675},
                        {256, 5, 10, .527},
                        {256, 5, 100, .902},
                        {512, 1, 10, .465},
                        {512, 5, 100, .968}}) {
    const double g_max = c.micro_siemens * 1e-6;
    const Matrix<double> g = random_cells(c.n, c.n, 0.05 * g_max, g_max);
    const Matrix<double> v(1, c.n, 1.0);
    const Matrix<double> ideal = product(v, g),
                         currents = driven_currents(g, all_wires(c.ohms), v, 1e-4);
    double loss = 0.0;
    for (Index j = 0; j < c.n; ++j) {
      loss += (1.0 - currents(0, j) / ideal(0, j)) / static_cast<double>(c.n);
    }
    ArraySpec array;
    array.n_wordlines = c.n;
    array.topology = "driven";
    array.r_wordline = array.r_bitline = Ohms(c.ohms);
    const double mean = sum(g) / static_cast<double>(g.size());
    EXPECT_NEAR(loss, mean_wire_loss(array, {c.n, c.n, c.n, Siemens(mean), 0.5}), 0.03);
    EXPECT_NEAR(loss, c.loss, 0.02) << c.n << ", " << c.ohms << " Ohm";
  }
}

TEST(DrivenSolver, RefusesWhatIsNoNetwork) {
  const Matrix<double> v(1, 2, 0.2);
  for (const double bad : {-1e-6, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(effective_conductance(Matrix<double>(2, 2, bad), {}), ArgumentError);
    EXPECT_THROW(driven_currents(Matrix<double>(2, 2, bad), {}, v), ArgumentError);
    EXPECT_THROW(driven_currents(Matrix<double>(2, 2, 1e-4), {.r_sense = bad}, v), ArgumentError);
  }
  EXPECT_THROW(effective_conductance(Matrix<double>(0, 0), {}), ArgumentError);
  EXPECT_THROW(driven_currents(Matrix<double>(3, 2, 1e-4), {}, v), ArgumentError);
  EXPECT_THROW(driven_currents(Matrix<double>(2, 2, 1e-4), {}, v, 0.0), ArgumentError);
}

}  // namespace
}  // namespace ohm
