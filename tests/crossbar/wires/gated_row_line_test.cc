// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/gated_row_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "tests/crossbar/wires/resistor_network.h"

namespace ohm {
namespace {

using Inputs = Matrix<std::uint8_t>;

Matrix<double> cells(Index rows, Index cols, std::uint32_t seed) {
  Matrix<double> g(rows, cols);
  for (Index k = 0; k < g.size(); ++k) {
    g.values[static_cast<size_t>(k)] = 1e-6 * std::pow(100.0, uniform_at({seed, 0, 7}, {}, k));
  }
  return g;
}

Inputs inputs(Index batch, Index rows, std::uint32_t seed) {
  Inputs x(batch, rows);
  for (Index k = 0; k < x.size(); ++k) {
    x.values[static_cast<size_t>(k)] = uniform_at({seed, 1, 7}, {}, k) < 0.5 ? 1 : 0;
  }
  return x;
}

/// All bitline currents of one input from the whole network of resistors.
std::vector<double> nodal_currents(const Matrix<double>& g, std::span<const std::uint8_t> x,
                                   double v_read, const RowLineWires& wires) {
  ResistorNetwork net;
  const int source = net.source(v_read);
  std::vector<int> bitline, sense;
  for (Index i = 0; i < g.rows; ++i) {
    int left = source;
    for (Index j = 0; j < g.cols; ++j) {
      const int top = net.node(), bottom = net.node();
      net.resistor(left, top, j == 0 ? wires.r_driver : wires.r_sourceline);
      left = top;
      const auto column = static_cast<size_t>(j);
      if (x[static_cast<size_t>(i)] != 0) net.conductance(top, bottom, g(i, j));
      if (i > 0) net.resistor(bitline[column], bottom, wires.r_bitline);
      if (i == 0) bitline.push_back(bottom);
      bitline[column] = bottom;
    }
  }
  for (const int end : bitline) {
    sense.push_back(net.source(0.0));
    net.resistor(end, sense.back(), wires.r_sense);
  }
  std::vector<double> currents;
  for (const int s : sense) currents.push_back(static_cast<double>(net.current_into(s)));
  return currents;
}

void expect_nodal(const Matrix<double>& g, const Inputs& x, const RowLineWires& wires) {
  const Matrix<double> found = gated_row_line_currents(g, x, 0.2, wires, 1e-11);
  for (Index n = 0; n < x.rows; ++n) {
    const std::vector<double> expected = nodal_currents(g, x.row(n), 0.2, wires);
    for (Index j = 0; j < g.cols; ++j) {
      const double current = expected[static_cast<size_t>(j)];
      ASSERT_NEAR(found(n, j), current, 1e-10 * current) << n << ", " << j;
    }
  }
}

TEST(GatedRowLine, AgreesWithNodalAnalysisForEveryZeroResistance) {
  const Matrix<double> g = cells(6, 5, 1);
  const Inputs x = inputs(3, 6, 2);
  for (int zeros = 0; zeros < 16; ++zeros) {
    const auto ohms = [&](int bit, double r) { return (zeros >> bit & 1) != 0 ? 0.0 : r; };
    expect_nodal(g, x, {ohms(0, 11.0), ohms(1, 40.0), ohms(2, 7.0), ohms(3, 90.0)});
  }
}

TEST(GatedRowLine, CouplesTheColumnsThroughTheSharedSourceLine) {
  Matrix<double> g(1, 2, 1e-4);
  const RowLineWires wires{1.0, 1.0, 50.0, 100.0};
  const double beside = gated_row_line_currents(g, Inputs(1, 1, 1), 0.2, wires, 1e-12)(0, 0);
  g(0, 1) = 0.0;
  const double alone = gated_row_line_currents(g, Inputs(1, 1, 1), 0.2, wires, 1e-12)(0, 0);
  EXPECT_NEAR(alone, 0.2 / (1e4 + 101.0), 1e-15);
  EXPECT_LT(beside, 0.995 * alone);
}

TEST(GatedRowLine, HandlesOneRowOneColumnAndRowsThatAreAllOff) {
  expect_nodal(cells(1, 40, 3), Inputs(1, 1, 1), {1.0, 2.0, 3.0, 4.0});
  expect_nodal(cells(40, 1, 4), inputs(2, 40, 5), {1.0, 2.0, 3.0, 4.0});
  const Matrix<double> off = gated_row_line_currents(cells(4, 3, 6), Inputs(2, 4), 0.2, {}, 1e-10);
  EXPECT_THAT(off.values, testing::Each(0.0));
  EXPECT_EQ(gated_row_line_currents(cells(4, 3, 6), Inputs(0, 4), 0.2, {}, 1e-10).rows, 0);
}

TEST(GatedRowLine, GivesEachInputTheSameBitsInAnyBatch) {
  const Matrix<double> g = cells(12, 9, 7);
  const Inputs x = inputs(5, 12, 8);
  const RowLineWires wires{3.0, 2.0, 1.0, 50.0};
  const Matrix<double> whole = gated_row_line_currents(g, x, 0.2, wires, 1e-10);
  for (Index n = 0; n < x.rows; ++n) {
    Inputs one(1, x.cols);
    std::ranges::copy(x.row(n), one.values.begin());
    const Matrix<double> alone = gated_row_line_currents(g, one, 0.2, wires, 1e-10);
    for (Index j = 0; j < g.cols; ++j) EXPECT_EQ(alone(0, j), whole(n, j));
  }
}

TEST(GatedRowLine, RefusesWhatIsNoCircuit) {
  const Matrix<double> g = cells(3, 2, 9);
  const auto refused = [&](const Matrix<double>& cells, const Inputs& x, double v_read,
                           const RowLineWires& wires) {
    EXPECT_THROW(gated_row_line_currents(cells, x, v_read, wires, 1e-10), ArgumentError);
  };
  refused(Matrix<double>(3, 2, -1.0), Inputs(1, 3), 0.2, {});
  refused(Matrix<double>(0, 2), Inputs(1, 0), 0.2, {});
  refused(g, Inputs(1, 2), 0.2, {});
  refused(g, Inputs(1, 3, 2), 0.2, {});
  refused(g, Inputs(1, 3), std::nan(""), {});
  refused(g, Inputs(1, 3), 0.2, {-1.0, 0.0, 0.0, 0.0});
  refused(g, Inputs(1, 3), 0.2, {0.0, 0.0, std::numeric_limits<double>::infinity(), 0.0});
  EXPECT_THROW(gated_row_line_currents(g, Inputs(1, 3), 0.2, {}, 0.0), ArgumentError);
}

}  // namespace
}  // namespace ohm
