// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/nonlinear.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "core/error.h"
#include "crossbar/wires/driven_solver.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

/// Newton on all 2 m n node voltages with a dense Jacobian, cells I = g v0 sinh(V / v0).
class DenseNewton {
 public:
  DenseNewton(const Matrix<double>& g, const WireResistances& w, double v0)
      : g_(g), w_(w), v0_(v0), x_(Eigen::VectorXd::Zero(2 * g.rows * g.cols)) {}

  std::vector<double> solve(const Matrix<double>& drive) {
    for (int step = 0; step < 60; ++step) {
      const auto size = x_.size();
      jacobian_ = Eigen::MatrixXd::Zero(size, size);
      leaving_ = Eigen::VectorXd::Zero(size);
      add_circuit(drive);
      x_ -= jacobian_.partialPivLu().solve(leaving_);
    }
    std::vector<double> currents;
    for (Index j = 0; j < g_.cols; ++j) currents.push_back(x_[v(g_.rows - 1, j)] / w_.r_sense);
    return currents;
  }

 private:
  Index u(Index i, Index j) const { return i * g_.cols + j; }
  Index v(Index i, Index j) const { return g_.size() + u(i, j); }

  void add_circuit(const Matrix<double>& drive) {
    for (Index i = 0; i < g_.rows; ++i) {
      to_terminal(u(i, 0), drive(0, i), w_.r_driver);
      for (Index j = 0; j < g_.cols; ++j) {
        const double across = x_[u(i, j)] - x_[v(i, j)];
        between(u(i, j), v(i, j), g_(i, j) * v0_ * std::sinh(across / v0_),
                g_(i, j) * std::cosh(across / v0_));
        if (j > 0) resistor(u(i, j - 1), u(i, j), w_.r_wordline);
        if (i > 0) resistor(v(i - 1, j), v(i, j), w_.r_bitline);
      }
    }
    for (Index j = 0; j < g_.cols; ++j) to_terminal(v(g_.rows - 1, j), 0.0, w_.r_sense);
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

TEST(NonlinearCells, TheSinhCurveBendsAsTheRatioOfHalfVoltagesSays) {
  const SinhCell cell(0.5);
  EXPECT_NEAR(cell.at(1e-4, 0.2).current / (2.0 * cell.at(1e-4, 0.1).current), 1.0200668, 1e-7);
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
