// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/elimination.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "crossbar/wires/driven_oracle.h"
#include "crossbar/wires/driven_solver.h"
#include "tests/crossbar/wires/random_cells.h"
#include "tests/crossbar/wires/resistor_network.h"

namespace ohm {
namespace {

/// Currents out of the bitlines by nodal analysis in 50 digits.
Matrix<double> exact_currents(const Matrix<double>& g, const WireResistances& w,
                              const Matrix<double>& v) {
  ResistorNetwork net;
  std::vector<int> above(static_cast<size_t>(g.cols)), senses;
  for (Index j = 0; j < g.cols; ++j) senses.push_back(net.source(0.0));
  for (Index i = 0; i < g.rows; ++i) {
    const int driver = net.source(v(0, i));
    int before = driver;
    for (Index j = 0; j < g.cols; ++j) {
      const int wordline = net.node(), bitline = net.node();
      int& last = above[static_cast<size_t>(j)];
      net.resistor(before, wordline, j > 0 ? w.r_wordline : w.r_driver);
      net.conductance(wordline, bitline, g(i, j));
      if (i > 0) net.resistor(last, bitline, w.r_bitline);
      if (i == 0 && w.sense_both_ends)
        net.resistor(bitline, senses[static_cast<size_t>(j)], w.r_sense);
      before = wordline;
      last = bitline;
    }
    if (w.drive_both_ends) net.resistor(before, driver, w.r_driver);
  }
  Matrix<double> currents(1, g.cols);
  for (Index j = 0; j < g.cols; ++j) {
    const auto column = static_cast<size_t>(j);
    net.resistor(above[column], senses[column], w.r_sense);
  }
  for (Index j = 0; j < g.cols; ++j) {
    currents(0, j) = static_cast<double>(net.current_into(senses[static_cast<size_t>(j)]));
  }
  return currents;
}

/// Any array of up to `most` lines: 1e-9 to 1e-2 S behind 1e-3 to 1e5 Ohm.
struct AnyArray {
  Matrix<double> g;
  WireResistances wires;

  AnyArray(std::uint32_t seed, double most) {
    const auto drawn = [&](double low, double high, std::uint32_t what) {
      return random_decades(1, 1, low, high, 100 * seed + what)(0, 0);
    };
    const auto rows = static_cast<Index>(drawn(1.0, most + 1.0, 1)),
               columns = static_cast<Index>(drawn(1.0, most + 1.0, 2));
    const double level = drawn(1e-9, 1e-2, 3);
    g = seed % 3 == 0   ? random_decades(rows, columns, 1e-9, 1e-2, 100 * seed + 4)
        : seed % 3 == 1 ? random_cells(rows, columns, 0.01 * level, level, 100 * seed + 4)
                        : Matrix<double>(rows, columns, level);
    wires = {drawn(1e-3, 1e5, 5), drawn(1e-3, 1e5, 6), drawn(1e-3, 1e5, 7),
             drawn(1e-3, 1e5, 8), seed % 2 == 0,       seed / 2 % 2 == 0};
  }
};

TEST(Elimination, AnyArrayIsExactInEveryEntry) {
  for (std::uint32_t seed = 1; seed <= 120; ++seed) {
    const AnyArray array(seed, 24.0);
    Matrix<double> unit(1, array.g.rows);
    const Index driven = seed % array.g.rows;
    unit(0, driven) = 1.0;
    const Matrix<double> exact = exact_currents(array.g, array.wires, unit);
    const Matrix<double> g_eff = effective_conductance(array.g, array.wires);
    for (Index j = 0; j < array.g.cols; ++j) {
      EXPECT_NEAR(g_eff(driven, j) / exact(0, j), 1.0, 1e-13) << seed << ": " << j;
    }
  }
}

TEST(Elimination, CurrentsOfAnyArrayAreWithinTheTolerance) {
  for (std::uint32_t seed = 1; seed <= 120; ++seed) {
    const AnyArray array(seed, 24.0);
    const Matrix<double> v = random_cells(1, array.g.rows, 0.0, 1.0, seed);
    const Matrix<double> exact = exact_currents(array.g, array.wires, v);
    for (const double tolerance : {1e-9, 1e-10, 1e-13}) {
      EXPECT_LE(largest_relative_error(driven_currents(array.g, array.wires, v, tolerance), exact),
                tolerance)
          << seed;
    }
  }
}

// Far columns see 1e-60 of what near ones do and settle last; their changes say so too late.
TEST(Elimination, TheSmallestOutputsAreWithinTheToleranceAsWell) {
  const Matrix<double> g(12, 60, 5.3e-4), v = random_cells(1, 12, 0.0, 1.0);
  const WireResistances wires{38e3, 7.5, 0.37, 0.017, false, true};
  const Matrix<double> exact = exact_currents(g, wires, v);
  EXPECT_LT(exact(0, 59), 1e-60 * exact(0, 0));
  for (const double tolerance : {1e-9, 1e-10}) {
    EXPECT_LE(largest_relative_error(driven_currents(g, wires, v, tolerance), exact), tolerance);
  }
}

TEST(Elimination, DenseCellsBehindResistiveWiresAreWithinTheTolerance) {
  const Matrix<double> g(48, 33, 1e-2);
  const WireResistances wires{1e4, 1e4, 1e4, 1e4, true, false};
  const Matrix<double> exact = effective_conductance_nodal(g, wires);
  EXPECT_LE(largest_relative_error(effective_conductance(g, wires), exact), 1e-13);
  Matrix<double> unit(48, 48);
  for (Index i = 0; i < 48; ++i) unit(i, i) = 1.0;
  EXPECT_LE(largest_relative_error(driven_currents(g, wires, unit), exact), 1e-10);
}

// m cells of a column on ideal wordlines: I = G V sinh(m a) / (2 sinh(a / 2) cosh((m + 1/2) a))
// with 2 sinh(a / 2) = sqrt(G R), even where the wires take all but 1e-9 of the voltage.
TEST(Elimination, SolvesWhereTheWiresSwallowTheSignal) {
  for (const double ohms : {1e-9, 1.0, 1e9}) {
    const Matrix<double> g_eff =
        effective_conductance(Matrix<double>(16, 1, 1.0), {.r_bitline = ohms, .r_sense = ohms});
    const double a = 2.0 * std::asinh(0.5 * std::sqrt(ohms));
    const double expected = std::sinh(16.0 * a) / (2.0 * std::sinh(0.5 * a) * std::cosh(16.5 * a));
    double sum = 0.0;
    for (const double share : g_eff.values) sum += share;
    EXPECT_NEAR(sum / expected, 1.0, 1e-13) << ohms;
  }
}

TEST(Elimination, SettledNodesObeyKirchhoff) {
  const AnyArray array(6, 14.0);
  const Matrix<double>& g = array.g;
  WireResistances wires{3.0, 5.0, 20.0, 10.0, true, true};
  const Matrix<double> v = random_cells(1, g.rows, -0.2, 0.2),
                       sources = random_cells(g.rows, g.cols, -1e-6, 1e-6, 2);
  const Settled settled = Elimination(g, wires).settle(v.row(0), sources);
  const Matrix<double>&u = settled.nodes.wordline, &b = settled.nodes.bitline;
  for (Index i = 0; i < g.rows; ++i) {
    for (Index j = 0; j < g.cols; ++j) {
      const double cell = g(i, j) * (u(i, j) - b(i, j)) + sources(i, j);
      const double left = j > 0 ? (u(i, j - 1) - u(i, j)) / 3.0 : (v(0, i) - u(i, j)) / 20.0;
      const double right =
          j + 1 < g.cols ? (u(i, j + 1) - u(i, j)) / 3.0 : (v(0, i) - u(i, j)) / 20.0;
      const double above = i > 0 ? (b(i - 1, j) - b(i, j)) / 5.0 : -b(i, j) / 10.0;
      const double below = i + 1 < g.rows ? (b(i + 1, j) - b(i, j)) / 5.0 : -b(i, j) / 10.0;
      EXPECT_NEAR(left + right, cell, 1e-15);
      EXPECT_NEAR(above + below, -cell, 1e-15);
    }
  }
  for (Index j = 0; j < g.cols; ++j) {
    EXPECT_NEAR(settled.currents[static_cast<size_t>(j)], (b(0, j) + b(g.rows - 1, j)) / 10.0,
                1e-18);
  }
}

TEST(Elimination, SettlesToTheCurrentsOfTheEffectiveMatrix) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    const AnyArray array(seed, 40.0);
    const Matrix<double> v = random_cells(1, array.g.rows, 0.0, 1.0, seed);
    const Settled settled = Elimination(array.g, array.wires).settle(v.row(0));
    const Matrix<double> expected = product(v, effective_conductance(array.g, array.wires));
    for (Index j = 0; j < array.g.cols; ++j) {
      EXPECT_NEAR(settled.currents[static_cast<size_t>(j)] / expected(0, j), 1.0, 1e-12) << seed;
    }
  }
}

TEST(Elimination, IsReciprocal) {
  const Matrix<double> g = random_decades(37, 18, 1e-9, 1e-2);
  Matrix<double> turned(18, 37);
  for (Index i = 0; i < 37; ++i) {
    for (Index j = 0; j < 18; ++j) turned(17 - j, 36 - i) = g(i, j);
  }
  const Matrix<double> g_eff = effective_conductance(g, {3.0, 5.0, 7.0, 11.0, true, false});
  const Matrix<double> back = effective_conductance(turned, {5.0, 3.0, 11.0, 7.0, false, true});
  for (Index i = 0; i < 37; ++i) {
    for (Index j = 0; j < 18; ++j) EXPECT_NEAR(back(17 - j, 36 - i) / g_eff(i, j), 1.0, 1e-13);
  }
}

TEST(Elimination, RefusesAnImpossibleNetwork) {
  EXPECT_THROW(effective_conductance(Matrix<double>(2, 2, -1.0), {}), ArgumentError);
  EXPECT_THROW(Elimination(Matrix<double>(2, 2, 1e-4), {.r_sense = -1.0}), ArgumentError);
}

}  // namespace
}  // namespace ohm
