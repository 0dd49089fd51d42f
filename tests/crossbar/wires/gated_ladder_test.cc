// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/gated_ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "tests/core/error_text.h"
#include "tests/crossbar/wires/resistor_network.h"

namespace ohm {
namespace {

using testing::HasSubstr;
using Inputs = Matrix<std::uint8_t>;

/// Conductances log-uniform in [low, high].
Matrix<double> cells(Index rows, Index cols, double low, double high, std::uint32_t seed) {
  Matrix<double> g(rows, cols);
  for (Index k = 0; k < g.size(); ++k) {
    g.values[static_cast<size_t>(k)] = low * std::pow(high / low, uniform_at({seed, 0, 7}, {}, k));
  }
  return g;
}

Inputs inputs(Index batch, Index rows, double density, std::uint32_t seed) {
  Inputs x(batch, rows);
  for (Index k = 0; k < x.size(); ++k) {
    x.values[static_cast<size_t>(k)] = uniform_at({seed, 1, 7}, {}, k) < density ? 1 : 0;
  }
  return x;
}

/// One column as a network of resistors: bitline and source line of rows + idle rows.
double nodal_current(const Matrix<double>& g, Index column, std::span<const std::uint8_t> x,
                     double v_read, const GatedWires& wires, Index idle_rows = 0) {
  ResistorNetwork net;
  const int source = net.source(v_read), sense = net.source(0.0);
  int p = -1, v = -1;
  for (Index i = 0; i < g.rows + idle_rows; ++i) {
    const int next_p = net.node(), next_v = net.node();
    if (i == 0) {
      if (wires.feed != SourceFeed::far) net.resistor(source, next_p, wires.r_driver);
    } else {
      net.resistor(p, next_p, wires.r_sourceline);
      net.resistor(v, next_v, wires.r_bitline);
    }
    p = next_p;
    v = next_v;
    if (i < g.rows && x[static_cast<size_t>(i)] != 0) net.conductance(p, v, g(i, column));
  }
  if (wires.feed != SourceFeed::near) net.resistor(source, p, wires.r_driver);
  const int end = net.node();
  net.resistor(v, end, wires.r_sense);
  net.resistor(end, sense, 0.0);
  return static_cast<double>(net.current_into(sense));
}

void expect_nodal(const Matrix<double>& g, const Inputs& x, const GatedWires& wires,
                  double tolerance) {
  const Matrix<double> found = gated_currents(g, x, 0.2, wires);
  ASSERT_EQ(found.rows, x.rows);
  ASSERT_EQ(found.cols, g.cols);
  for (Index n = 0; n < x.rows; ++n) {
    for (Index j = 0; j < g.cols; ++j) {
      const double expected = nodal_current(g, j, x.row(n), 0.2, wires);
      ASSERT_NEAR(found(n, j), expected, tolerance * expected)
          << "input " << n << ", column " << j << " of " << g.rows << " rows";
    }
  }
}

constexpr SourceFeed kFeeds[] = {SourceFeed::near, SourceFeed::far, SourceFeed::both};

const Matrix<double>& four_cells() {
  static const Matrix<double> g = [] {
    Matrix<double> column(4, 1);
    column.values = {1e-4, 5e-5, 2e-5, 1e-4};
    return column;
  }();
  return g;
}

Inputs row_of(std::vector<std::uint8_t> bits) {
  Inputs x(1, std::ssize(bits));
  x.values = std::move(bits);
  return x;
}

TEST(GatedLadder, MatchesExactRationalsBehindAnIdealSourceLine) {
  const double found = gated_currents(four_cells(), row_of({1, 0, 1, 1}), 0.2, {2.0, 5.0})(0, 0);
  EXPECT_NEAR(found, 137545001.0 / 3130438675025.0, 1e-15 * found);
}

TEST(GatedLadder, MatchesExactRationalsWithBothLaddersFedAtEitherEnd) {
  GatedWires wires{2.0, 5.0, 3.0, 4.0, SourceFeed::near};
  const Inputs x = row_of({1, 0, 1, 1});
  const double near = gated_currents(four_cells(), x, 0.2, wires)(0, 0);
  EXPECT_NEAR(near, 22018001.0 / 501821160063.0, 1e-15 * near);
  wires.feed = SourceFeed::far;
  const double far = gated_currents(four_cells(), x, 0.2, wires)(0, 0);
  EXPECT_NEAR(far, 22018001.0 / 501790860045.0, 1e-15 * far);
}

TEST(GatedLadder, IsTheVoltageDividerForOneCell) {
  const Matrix<double> g(1, 1, 100e-6);
  const double found = gated_currents(g, row_of({1}), 0.2, {3.0, 20.0, 7.0, 50.0})(0, 0);
  EXPECT_NEAR(found, 0.2 / 10070.0, 1e-16);
}

TEST(GatedLadder, MatchesTheUniformLadderInClosedForm) {
  const double g = 1e-4, r = 1.0, m = 128.0;
  const double theta = 2.0 * std::asinh(std::sqrt(g * r) / 2.0);
  const double expected =
      g * std::sinh(m * theta) / (2.0 * std::sinh(theta / 2.0) * std::cosh((m + 0.5) * theta));
  const double found =
      gated_currents(Matrix<double>(128, 1, g), Inputs(1, 128, 1), 1.0, {r, r})(0, 0);
  EXPECT_NEAR(found, 8.52820700043933e-3, 1e-16);
  EXPECT_NEAR(found, expected, 1e-13 * expected);
}

TEST(GatedLadder, AgreesWithNodalAnalysisForEveryFeedAndEveryZeroResistance) {
  const Matrix<double> g = cells(13, 3, 1e-6, 1e-4, 1);
  const Inputs x = inputs(3, 13, 0.6, 2);
  for (int zeros = 0; zeros < 16; ++zeros) {
    for (const SourceFeed feed : kFeeds) {
      const auto ohms = [&](int bit, double r) { return (zeros >> bit & 1) != 0 ? 0.0 : r; };
      expect_nodal(g, x, {ohms(0, 11.0), ohms(1, 40.0), ohms(2, 7.0), ohms(3, 90.0), feed}, 1e-13);
    }
  }
}

TEST(GatedLadder, AgreesWithNodalAnalysisForOneRowWhateverIsZero) {
  const Matrix<double> g = cells(1, 3, 1e-6, 1e-4, 5);
  for (int zeros = 0; zeros < 16; ++zeros) {
    for (const SourceFeed feed : kFeeds) {
      const auto ohms = [&](int bit, double r) { return (zeros >> bit & 1) != 0 ? 0.0 : r; };
      expect_nodal(g, row_of({1}),
                   {ohms(0, 11.0), ohms(1, 40.0), ohms(2, 7.0), ohms(3, 90.0), feed}, 1e-14);
    }
  }
}

TEST(GatedLadder, AgreesWithNodalAnalysisAtExtremeConductancesAndResistances) {
  for (const SourceFeed feed : kFeeds) {
    for (const double r : {1e-9, 1e-3, 1.0, 1e3, 1e9}) {
      expect_nodal(cells(9, 4, 1e-9, 1e-3, 3), inputs(2, 9, 0.7, 4), {r, 5.0, 2.0, 1.0, feed},
                   1e-12);
      expect_nodal(cells(9, 4, 1e-9, 1e-3, 5), inputs(2, 9, 0.7, 6), {2.0, 5.0, r, 0.0, feed},
                   1e-12);
    }
  }
}

TEST(GatedLadder, KeepsTwelveDigitsOn512RowsAndAsTheSourceLineBecomesIdeal) {
  const Matrix<double> g = cells(512, 1, 1e-5, 1e-4, 7);
  const Inputs x = inputs(1, 512, 0.5, 8);
  for (const SourceFeed feed : kFeeds) {
    for (const double r_sourceline : {0.0, 1e-12, 1e-6, 1e-3, 1.0, 10.0}) {
      expect_nodal(g, x, {10.0, 10.0, r_sourceline, 10.0, feed}, 1e-12);
    }
  }
}

TEST(GatedLadder, ApproachesTheIdealSourceLineContinuously) {
  const Matrix<double> g = cells(200, 70, 1e-6, 1e-4, 9);
  const Inputs x = inputs(2, 200, 0.5, 10);
  const Matrix<double> ideal = gated_currents(g, x, 0.2, {10.0, 5.0});
  for (const SourceFeed feed : kFeeds) {
    const Matrix<double> found = gated_currents(g, x, 0.2, {10.0, 5.0, 1e-13, 0.0, feed});
    for (size_t k = 0; k < found.values.size(); ++k) {
      ASSERT_NEAR(found.values[k], ideal.values[k], 1e-11 * ideal.values[k]);
    }
  }
}

TEST(GatedLadder, IsTheIdealProductWithoutResistance) {
  const Matrix<double> g = cells(40, 67, 1e-9, 1e-3, 11);
  const Inputs x = inputs(5, 40, 0.5, 12);
  for (const SourceFeed feed : kFeeds) {
    const Matrix<double> found = gated_currents(g, x, 0.3, {0.0, 0.0, 0.0, 0.0, feed});
    for (Index n = 0; n < x.rows; ++n) {
      for (Index j = 0; j < g.cols; ++j) {
        double sum = 0.0;
        for (Index i = 0; i < g.rows; ++i) sum += x(n, i) * g(i, j);
        ASSERT_NEAR(found(n, j), 0.3 * sum, 1e-15 * sum);
      }
    }
  }
}

TEST(GatedLadder, LengthensTheLinesByIdleRows) {
  const Matrix<double> g = cells(6, 2, 1e-6, 1e-4, 13);
  const Inputs x = inputs(2, 6, 0.6, 14);
  for (const SourceFeed feed : kFeeds) {
    const GatedWires wires{20.0, 5.0, 30.0, 9.0, feed};
    std::vector<double> found(4);
    GatedLadder(g, wires, 10).currents(x.values, 0.2, found);
    for (Index n = 0; n < 2; ++n) {
      for (Index j = 0; j < 2; ++j) {
        const double expected = nodal_current(g, j, x.row(n), 0.2, wires, 10);
        EXPECT_NEAR(found[static_cast<size_t>(2 * n + j)], expected, 1e-14 * expected);
      }
    }
  }
}

TEST(GatedLadder, NeverOverflowsOnLongLossyLines) {
  const Inputs on(1, 2000, 1);
  for (const SourceFeed feed : kFeeds) {
    const GatedWires wires{1e4, 0.0, 1e4, 0.0, feed};
    const Matrix<double> g(2000, 1, 1e-3);
    const double found = gated_currents(g, on, 0.2, wires)(0, 0);
    const double expected = nodal_current(g, 0, on.row(0), 0.2, wires);
    EXPECT_NEAR(found, expected, 1e-11 * expected);
  }
}

TEST(GatedLadder, KeepsItsDigitsForColumnsThatGrowUnequally) {
  Matrix<double> g(1500, 2, 1.0);
  for (Index i = 0; i < g.rows; ++i) g(i, 1) = 1e-12;
  for (const SourceFeed feed : kFeeds) {
    expect_nodal(g, Inputs(1, 1500, 1), {100.0, 1.0, 100.0, 1.0, feed}, 1e-11);
  }
}

TEST(GatedLadder, DoesNotDependOnTheUnits) {
  const Matrix<double> g = cells(50, 5, 1e-6, 1e-4, 15);
  Matrix<double> tiny = g;
  for (double& cell : tiny.values) cell = std::ldexp(cell, -60);
  const Inputs x = inputs(1, 50, 0.5, 16);
  const Matrix<double> expected = gated_currents(g, x, 0.2, {1.0, 2.0, 3.0, 4.0});
  const double k = std::ldexp(1.0, 60);
  const Matrix<double> found = gated_currents(tiny, x, 0.2, {1.0 * k, 2.0 * k, 3.0 * k, 4.0 * k});
  for (size_t n = 0; n < found.values.size(); ++n) {
    EXPECT_EQ(std::ldexp(found.values[n], 60), expected.values[n]);
  }
}

TEST(GatedLadder, GivesTheSameBitsForAnyBatchAndThreadCount) {
  const Matrix<double> g = cells(60, 130, 1e-6, 1e-4, 17);
  const Inputs x = inputs(40, 60, 0.5, 18);
  for (const SourceFeed feed : kFeeds) {
    const GatedWires wires{2.0, 3.0, 4.0, 5.0, feed};
    const Matrix<double> whole = gated_currents(g, x, 0.2, wires);
    EXPECT_EQ(whole, gated_currents(g, x, 0.2, wires, 2));
    for (Index n = 0; n < x.rows; ++n) {
      const auto row = x.row(n);
      const Matrix<double> one = gated_currents(g, row_of({row.begin(), row.end()}), 0.2, wires);
      for (Index j = 0; j < g.cols; ++j) ASSERT_EQ(one(0, j), whole(n, j));
    }
  }
}

TEST(GatedLadder, NeverGainsFromMoreWire) {
  const Matrix<double> g = cells(30, 8, 1e-6, 1e-3, 19);
  const Inputs x = inputs(4, 30, 0.5, 20);
  for (const SourceFeed feed : kFeeds) {
    const GatedWires wires{2.0, 3.0, 4.0, 5.0, feed};
    const Matrix<double> before = gated_currents(g, x, 0.2, wires);
    for (double GatedWires::*r : {&GatedWires::r_bitline, &GatedWires::r_sense,
                                  &GatedWires::r_sourceline, &GatedWires::r_driver}) {
      GatedWires more = wires;
      more.*r *= 2.0;
      const Matrix<double> after = gated_currents(g, x, 0.2, more);
      for (size_t k = 0; k < after.values.size(); ++k) {
        EXPECT_LE(after.values[k], before.values[k]);
      }
    }
  }
}

TEST(GatedLadder, GivesNoCurrentWithoutConductingCells) {
  for (const SourceFeed feed : kFeeds) {
    const GatedWires wires{1.0, 1.0, 1.0, 1.0, feed};
    const Matrix<double> off = gated_currents(Matrix<double>(8, 3, 1e-4), Inputs(2, 8), 0.2, wires);
    EXPECT_THAT(off.values, testing::Each(0.0));
    const Matrix<double> open = gated_currents(Matrix<double>(8, 3), Inputs(2, 8, 1), 0.2, wires);
    EXPECT_THAT(open.values, testing::Each(0.0));
    const Matrix<double> none = gated_currents(Matrix<double>(8, 3), Inputs(0, 8), 0.2, wires);
    EXPECT_EQ(none.rows, 0);
    EXPECT_EQ(none.cols, 3);
  }
}

TEST(GatedLadder, HandlesOneRowOneColumnAndLongColumns) {
  for (const SourceFeed feed : kFeeds) {
    const GatedWires wires{1.0, 2.0, 3.0, 4.0, feed};
    expect_nodal(cells(1, 1000, 1e-6, 1e-4, 21), Inputs(1, 1, 1), wires, 1e-14);
    expect_nodal(cells(2000, 1, 1e-6, 1e-4, 22), inputs(1, 2000, 0.5, 23), wires, 1e-12);
    expect_nodal(cells(1, 1, 1e-6, 1e-4, 24), Inputs(1, 1, 1), wires, 1e-15);
  }
}

template <class Call>
std::string refusal(Call call) {
  return error_text<ArgumentError>([&] { call(); });
}

TEST(GatedLadder, RefusesWhatIsNoArray) {
  const auto with_cell = [](double cell) {
    Matrix<double> g(2, 3, 1e-5);
    g(1, 2) = cell;
    return refusal([&] { (void)gated_currents(g, Inputs(1, 2), 0.2, {}); });
  };
  EXPECT_THAT(with_cell(-1e-6), HasSubstr("g[1, 2]: -1e-06 S"));
  EXPECT_THAT(with_cell(std::nan("")), HasSubstr("g[1, 2]: nan S"));
  EXPECT_THAT(with_cell(std::numeric_limits<double>::infinity()), HasSubstr("g[1, 2]: inf S"));
  EXPECT_THAT(refusal([] { (void)gated_currents(Matrix<double>(0, 3), Inputs(1, 0), 0.2, {}); }),
              HasSubstr("g: shape (0, 3)"));
  EXPECT_THAT(refusal([] { (void)gated_currents(Matrix<double>(3, 0), Inputs(1, 3), 0.2, {}); }),
              HasSubstr("g: shape (3, 0)"));
}

TEST(GatedLadder, RefusesInvalidWires) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double r : {-1.0, std::nan(""), inf}) {
    for (double GatedWires::*field : {&GatedWires::r_bitline, &GatedWires::r_sense,
                                      &GatedWires::r_sourceline, &GatedWires::r_driver}) {
      GatedWires wires;
      wires.*field = r;
      EXPECT_THAT(refusal([&] { GatedLadder(Matrix<double>(2, 2, 1e-5), wires); }),
                  HasSubstr("a resistance is 0 (ideal) or between"));
    }
  }
  EXPECT_THAT(refusal([] {
                GatedLadder(Matrix<double>(2, 2, 1e9), {1e12, 0.0});
              }),
              HasSubstr("the largest conductance times the largest resistance"));
  EXPECT_THAT(refusal([] { GatedLadder(Matrix<double>(2, 2, 1e-5), {}, -1); }),
              HasSubstr("idle_rows: -1 found"));
}

TEST(GatedLadder, RefusesInputsThatAreNotBitsOrDoNotFit) {
  const Matrix<double> g(2, 3, 1e-5);
  EXPECT_EQ(refusal([&] { (void)gated_currents(g, Inputs(2, 2, 2), 0.2, {}); }),
            "x: 2 found at (0, 0); expected 0 or 1");
  EXPECT_EQ(refusal([&] { (void)gated_currents(g, Inputs(2, 3), 0.2, {}); }),
            "x: 3 inputs found; expected 2, one per wordline of g");
  EXPECT_THAT(refusal([&] { (void)gated_currents(g, Inputs(1, 2), std::nan(""), {}); }),
              HasSubstr("v_read: nan V found"));
  EXPECT_THAT(refusal([&] { (void)gated_currents(g, Inputs(1, 2), 1e300, {}); }),
              HasSubstr("v_read: 1e+300 V found"));
  std::vector<std::uint8_t> x(4);
  std::vector<double> currents(5);
  EXPECT_THAT(refusal([&] { GatedLadder(g, {}).currents(x, 0.2, currents); }),
              HasSubstr("4 inputs for 5 currents found"));
}

}  // namespace
}  // namespace ohm
