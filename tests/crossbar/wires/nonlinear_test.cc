// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/nonlinear.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/wires/driven_solver.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

/// Newton on all 2 m n node voltages with a dense Jacobian, cells I = g v0 sinh(V / v0); sources
/// rise in steps of v0.
class DenseNewton {
 public:
  DenseNewton(const Matrix<double>& g, const WireResistances& w, double v0)
      : g_(g), w_(w), v0_(v0), x_(Eigen::VectorXd::Zero(2 * g.rows * g.cols)) {}

  std::vector<double> solve(const Matrix<double>& drive) {
    double largest = 0.0;
    for (const double volts : drive.values) largest = std::max(largest, std::abs(volts));
    const double stages = std::ceil(largest / v0_);
    Matrix<double> raised = drive;
    for (double stage = 1.0; stage <= stages; ++stage) {
      for (size_t i = 0; i < drive.values.size(); ++i) {
        raised.values[i] = drive.values[i] * (stage / stages);
      }
      for (int step = 0; step < (stage < stages ? 4 : 60); ++step) improve(raised);
    }
    std::vector<double> currents;
    for (Index j = 0; j < g_.cols; ++j) {
      const double far = w_.sense_both_ends ? x_[v(0, j)] : 0.0;
      currents.push_back((x_[v(g_.rows - 1, j)] + far) / w_.r_sense);
    }
    return currents;
  }

 private:
  Index u(Index i, Index j) const { return i * g_.cols + j; }
  Index v(Index i, Index j) const { return g_.size() + u(i, j); }

  void improve(const Matrix<double>& drive) {
    const auto size = x_.size();
    jacobian_ = Eigen::MatrixXd::Zero(size, size);
    leaving_ = Eigen::VectorXd::Zero(size);
    add_circuit(drive);
    x_ -= jacobian_.partialPivLu().solve(leaving_);
  }

  void add_circuit(const Matrix<double>& drive) {
    for (Index i = 0; i < g_.rows; ++i) {
      to_terminal(u(i, 0), drive(0, i), w_.r_driver);
      if (w_.drive_both_ends) to_terminal(u(i, g_.cols - 1), drive(0, i), w_.r_driver);
      for (Index j = 0; j < g_.cols; ++j) {
        const double across = x_[u(i, j)] - x_[v(i, j)];
        between(u(i, j), v(i, j), g_(i, j) * v0_ * std::sinh(across / v0_),
                g_(i, j) * std::cosh(across / v0_));
        if (j > 0) resistor(u(i, j - 1), u(i, j), w_.r_wordline);
        if (i > 0) resistor(v(i - 1, j), v(i, j), w_.r_bitline);
      }
    }
    for (Index j = 0; j < g_.cols; ++j) {
      to_terminal(v(g_.rows - 1, j), 0.0, w_.r_sense);
      if (w_.sense_both_ends) to_terminal(v(0, j), 0.0, w_.r_sense);
    }
  }

  void resistor(Index a, Index b, double ohms) {
    between(a, b, (x_[a] - x_[b]) / ohms, 1.0 / ohms);
  }

  void to_terminal(Index a, double volts, double ohms) {
    leaving_[a] += (x_[a] - volts) / ohms;
    jacobian_(a, a) += 1.0 / ohms;
  }

  void between(Index a, Index b, double current, double slope) {
    leaving_[a] += current;
    leaving_[b] -= current;
    jacobian_(a, a) += slope;
    jacobian_(b, b) += slope;
    jacobian_(a, b) -= slope;
    jacobian_(b, a) -= slope;
  }

  const Matrix<double>& g_;
  WireResistances w_;
  double v0_;
  Eigen::VectorXd x_, leaving_;
  Eigen::MatrixXd jacobian_;
};

TEST(NonlinearCells, AgreeWithADenseNewton) {
  const WireResistances wires{20.0, 30.0, 100.0, 50.0};
  const Matrix<double> g = random_cells(7, 6, 1e-6, 1e-4);
  for (const double v0 : {1.0, 0.1, 0.03}) {
    for (const double low : {0.0, -0.3}) {
      const Matrix<double> v = random_cells(1, 7, low, 0.3);
      const auto exact = DenseNewton(g, wires, v0).solve(v);
      const Matrix<double> currents = nonlinear_currents(g, wires, v, SinhCell(v0));
      for (Index j = 0; j < 6; ++j) {
        EXPECT_NEAR(currents(0, j) / exact[static_cast<size_t>(j)], 1.0, 2e-10) << v0;
      }
    }
  }
}

TEST(NonlinearCells, StraightCurvesAreTheOhmicArray) {
  const WireResistances wires{2.0, 3.0, 20.0, 10.0, true, true};
  const Matrix<double> g = random_cells(33, 20, 1e-6, 1e-4), v = random_cells(3, 33, -0.1, 0.2);
  const Matrix<double> linear = driven_currents(g, wires, v);
  EXPECT_LE(largest_relative_error(nonlinear_currents(g, wires, v, SinhCell(1e7)), linear), 1e-9);
}

TEST(NonlinearCells, WithoutWiresEveryCellSeesItsWordline) {
  const Matrix<double> g = random_cells(4, 3, 0.0, 1e-4), v = random_cells(1, 4, 0.0, 0.3);
  const Matrix<double> currents = nonlinear_currents(g, {}, v, SinhCell(0.2));
  for (Index j = 0; j < 3; ++j) {
    double expected = 0.0;
    for (Index i = 0; i < 4; ++i) expected += g(i, j) * 0.2 * std::sinh(v(0, i) / 0.2);
    EXPECT_NEAR(currents(0, j) / expected, 1.0, 1e-12);
  }
}

TEST(NonlinearCells, OneCellObeysItsCurve) {
  const double current = nonlinear_currents(Matrix<double>(1, 1, 1e-4), {.r_driver = 1000.0},
                                            Matrix<double>(1, 1, 0.5), SinhCell(0.1))(0, 0);
  EXPECT_NEAR(1e-4 * 0.1 * std::sinh((0.5 - 1000.0 * current) / 0.1), current, 1e-12 * current);
}

/// Current of one sinh cell behind `ohms`, by bisection of v0 asinh(I / (g v0)) + R I = E.
double one_cell_current(double g, double v0, double ohms, double volts) {
  long double low = 0.0L, high = static_cast<long double>(volts) / ohms;
  for (int i = 0; i < 200; ++i) {
    const long double middle = (low + high) / 2;
    const long double needed = v0 * std::asinh(middle / (static_cast<long double>(g) * v0));
    (needed + ohms * middle < volts ? low : high) = middle;
  }
  return static_cast<double>(low);
}

TEST(NonlinearCells, OneCellConvergesHoweverSteepItsCurve) {
  for (const double v0 : {1e-3, 3e-3, 0.01, 0.02, 0.05, 0.3}) {
    for (const double ohms : {1.0, 200.0, 1e4}) {
      for (const double volts : {0.02, 0.3, 0.5, 1.0}) {
        for (const double g : {1e-9, 1e-4}) {
          const WireResistances wires{.r_driver = 0.75 * ohms, .r_sense = 0.25 * ohms};
          const double current = nonlinear_currents(
              Matrix<double>(1, 1, g), wires, Matrix<double>(1, 1, volts), SinhCell(v0))(0, 0);
          EXPECT_NEAR(current / one_cell_current(g, v0, ohms, volts), 1.0, 1e-9)
              << v0 << " V, " << ohms << " Ohm, " << volts << " V, " << g << " S";
        }
      }
    }
  }
}

void expect_near_largest(const Matrix<double>& found, const std::vector<double>& exact,
                         double tolerance, std::uint32_t seed) {
  double largest = 0.0;
  for (const double current : exact) largest = std::max(largest, std::abs(current));
  for (Index j = 0; j < found.cols; ++j) {
    EXPECT_NEAR(found(0, j) / largest, exact[static_cast<size_t>(j)] / largest, tolerance)
        << seed << ": output " << j << " of " << found.cols;
  }
}

TEST(NonlinearCells, SteepArraysAgreeWithRaisedSources) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const auto drawn = [&](double low, double high, std::uint32_t what) {
      return random_decades(1, 1, low, high, 100 * seed + what)(0, 0);
    };
    const auto rows = static_cast<Index>(drawn(1.0, 7.0, 1)),
               columns = static_cast<Index>(drawn(1.0, 7.0, 2));
    const double v0 = drawn(5e-3, 1.0, 3);
    const WireResistances wires{drawn(1.0, 1e4, 4), drawn(1.0, 1e4, 5), drawn(1.0, 1e4, 6),
                                drawn(1.0, 1e4, 7)};
    const Matrix<double> g = random_decades(rows, columns, 1e-8, 1e-3, 100 * seed + 8);
    const Matrix<double> v = random_cells(1, rows, seed % 2 ? -1.0 : 0.0, 1.0, 100 * seed + 9);
    const auto exact = DenseNewton(g, wires, v0).solve(v);
    const Matrix<double> currents = nonlinear_currents(g, wires, v, SinhCell(v0));
    expect_near_largest(currents, exact, 1e-9, seed);
  }
}

TEST(NonlinearCells, OpenCellsStayOpenWhereOthersAreSteep) {
  Matrix<double> g(2, 2, 1e-4);
  g(0, 1) = g(1, 0) = 0.0;
  const Matrix<double> currents = nonlinear_currents(g, {.r_driver = 50.0, .r_sense = 50.0},
                                                     Matrix<double>(1, 2, 1.0), SinhCell(0.02));
  for (const double current : currents.values) {
    EXPECT_NEAR(current / one_cell_current(1e-4, 0.02, 100.0, 1.0), 1.0, 1e-9);
  }
}

// Sweeps leave rounding of up to 1e-4 in these networks of tangents; their steps have to be exact.
TEST(NonlinearCells, SteepArraysFedAtBothEndsAgreeWithRaisedSources) {
  for (const std::uint32_t seed : {193U, 816U, 817U, 912U, 1054U, 1473U, 2117U, 2211U}) {
    const auto drawn = [&](double low, double high, std::uint32_t what) {
      return random_decades(1, 1, low, high, 100 * seed + what)(0, 0);
    };
    const auto rows = static_cast<Index>(drawn(1.0, 5.0, 1)),
               columns = static_cast<Index>(drawn(1.0, 5.0, 2));
    const double v0 = drawn(1e-3, 5e-3, 3);
    const WireResistances wires{
        drawn(0.1, 1e4, 4), drawn(0.1, 1e4, 5), drawn(0.1, 1e4, 6), drawn(0.1, 1e4, 7), true, true};
    const Matrix<double> g = random_decades(rows, columns, 1e-8, 1e-3, 100 * seed + 8);
    const Matrix<double> v = random_cells(1, rows, seed % 2 ? -1.0 : 0.0, 1.0, 100 * seed + 9);
    expect_near_largest(nonlinear_currents(g, wires, v, SinhCell(v0)),
                        DenseNewton(g, wires, v0).solve(v), 1e-9, seed);
  }
}

// The first tangent, of 1e22 S at 0.5 V, leaves of the output nothing but rounding, and so does the
// second: twice the same 0 A.
TEST(NonlinearCells, OutputsLostInRoundingAreNoSolution) {
  const WireResistances wires{.r_driver = 10.6, .r_sense = 60.4, .drive_both_ends = true};
  const double current = nonlinear_currents(Matrix<double>(1, 1, 3e-4), wires,
                                            Matrix<double>(1, 1, 0.5), SinhCell(8.2e-3))(0, 0);
  EXPECT_NEAR(current / one_cell_current(3e-4, 8.2e-3, 5.3 + 60.4, 0.5), 1.0, 1e-9);
}

TEST(NonlinearCells, TheTightestToleranceIsHeld) {
  const Matrix<double> g(3, 4, 1e-4), v(1, 3, 0.2);
  const WireResistances wires{1e3, 1e3, 1e3, 1e3};
  const std::vector<double> dense = DenseNewton(g, wires, 1e-3).solve(v);
  Matrix<double> exact(1, 4);
  std::ranges::copy(dense, exact.values.begin());
  for (const auto& [tolerance, bound] : {std::pair{1e-13, 1e-11}, {1e-6, 1e-6}}) {
    const Matrix<double> ours = nonlinear_currents(g, wires, v, SinhCell(1e-3), tolerance);
    EXPECT_LE(largest_relative_error(ours, exact), bound) << tolerance;
  }
}

TEST(NonlinearCells, TheSinhCurveBendsAsTheRatioOfHalfVoltagesSays) {
  const SinhCell cell(0.5);
  EXPECT_NEAR(cell.at(1e-4, 0.2).current / (2.0 * cell.at(1e-4, 0.1).current), 1.0200668, 1e-7);
  EXPECT_NEAR(cell.voltage(1e-4, cell.at(1e-4, 0.2).current), 0.2, 1e-15);
  const double slope =
      (cell.at(1e-4, 0.2 + 1e-6).current - cell.at(1e-4, 0.2 - 1e-6).current) / 2e-6;
  EXPECT_NEAR(cell.at(1e-4, 0.2).slope / slope, 1.0, 1e-8);
}

TEST(NonlinearCells, BatchesDoNotChangeABit) {
  const WireResistances wires{2.0, 3.0, 20.0, 10.0};
  const Matrix<double> g = random_cells(8, 8, 1e-6, 1e-4), v = random_cells(2, 8, 0.0, 0.3);
  const Matrix<double> together = nonlinear_currents(g, wires, v, SinhCell(0.1));
  Matrix<double> second(1, 8);
  std::copy_n(v.row(1).begin(), 8, second.values.begin());
  const Matrix<double> alone = nonlinear_currents(g, wires, second, SinhCell(0.1));
  EXPECT_TRUE(std::equal(alone.values.begin(), alone.values.end(), together.row(1).begin()));
}

TEST(NonlinearCells, SayWhereTheyHaveNoAnswer) {
  const Matrix<double> g(2, 2, 1e-4), v(1, 2, 0.2);
  EXPECT_THROW(nonlinear_currents(g, {}, v, SinhCell(1e-4)), SolveError);
  EXPECT_THROW(nonlinear_currents(g, {}, Matrix<double>(1, 3), SinhCell(1.0)), ArgumentError);
  EXPECT_THROW(SinhCell(0.0), ArgumentError);
  EXPECT_THROW(SinhCell(std::nan("")), ArgumentError);
}

}  // namespace
}  // namespace ohm
