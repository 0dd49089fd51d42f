// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/voltage_sense.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"

namespace ohm {
namespace {

using Mask = Matrix<std::uint8_t>;

template <class T>
Matrix<T> matrix(Index rows, Index cols, std::vector<T> values) {
  Matrix<T> m(rows, cols);
  m.values = std::move(values);
  return m;
}

Matrix<double> draws(Index rows, Index cols, double scale, std::uint32_t seed) {
  Matrix<double> m(rows, cols);
  for (Index k = 0; k < m.size(); ++k) {
    m.values[static_cast<size_t>(k)] = scale * uniform_at({seed, 0, 7}, {}, k);
  }
  return m;
}

TEST(VoltageSense, SettlesAtTheMeanForEqualConductances) {
  const Matrix<double> g(4, 2, 25e-6);
  const auto v = matrix<double>(1, 4, {0.1, 0.2, 0.4, 0.1});
  const Matrix<double> found = settled_voltages(g, v);
  EXPECT_DOUBLE_EQ(found(0, 0), 0.2);
  EXPECT_DOUBLE_EQ(found(0, 1), 0.2);
}

TEST(VoltageSense, WeighsVoltagesByConductance) {
  const auto g = matrix<double>(3, 1, {10e-6, 20e-6, 30e-6});
  const auto v = matrix<double>(1, 3, {0.6, 0.3, 0.1});
  EXPECT_DOUBLE_EQ(settled_voltages(g, v)(0, 0), 15.0 / 60.0);
}

TEST(VoltageSense, LetsARowAtZeroVoltsLoadTheBitlineAndAGatedRowNot) {
  const Matrix<double> g(2, 1, 10e-6);
  const auto v = matrix<double>(1, 2, {0.4, 0.0});
  EXPECT_DOUBLE_EQ(settled_voltages(g, v)(0, 0), 0.2);
  EXPECT_DOUBLE_EQ(settled_voltages(g, v, matrix<std::uint8_t>(1, 2, {1, 0}))(0, 0), 0.4);
}

TEST(VoltageSense, DrawsNoCurrentOnceSettled) {
  const Matrix<double> g = draws(37, 11, 1e-4, 1), v = draws(5, 37, 0.3, 2);
  const Matrix<double> settled = settled_voltages(g, v);
  for (Index n = 0; n < v.rows; ++n) {
    for (Index j = 0; j < g.cols; ++j) {
      double current = 0.0, size = 0.0;
      for (Index i = 0; i < g.rows; ++i) {
        current += g(i, j) * (v(n, i) - settled(n, j));
        size += g(i, j);
      }
      EXPECT_NEAR(current, 0.0, 1e-15 * size);
    }
  }
}

TEST(VoltageSense, IsLinearInTheVoltagesOfDrivenRows) {
  const Matrix<double> g = draws(20, 6, 1e-4, 3), v = draws(4, 20, 0.3, 4);
  const Matrix<double> shares = settling_shares(g), settled = settled_voltages(g, v);
  for (Index n = 0; n < v.rows; ++n) {
    for (Index j = 0; j < g.cols; ++j) {
      double sum = 0.0;
      for (Index i = 0; i < g.rows; ++i) sum += v(n, i) * shares(i, j);
      EXPECT_NEAR(settled(n, j), sum, 1e-15);
    }
  }
}

TEST(VoltageSense, KeepsThePrechargeWhereNoCellConducts) {
  const auto g = matrix<double>(2, 2, {0.0, 1e-5, 0.0, 1e-5});
  const Matrix<double> v(1, 2, 0.3);
  EXPECT_EQ(settled_voltages(g, v, 0.7)(0, 0), 0.7);
  EXPECT_EQ(settled_voltages(g, v, Mask(1, 2), 0.7)(0, 1), 0.7);
  EXPECT_EQ(settling_shares(g)(0, 0), 0.0);
}

TEST(VoltageSense, HandlesASingleCellAndAnEmptyBatch) {
  EXPECT_DOUBLE_EQ(settled_voltages(Matrix<double>(1, 1, 1e-9), Matrix<double>(1, 1, 0.2))(0, 0),
                   0.2);
  EXPECT_EQ(settled_voltages(Matrix<double>(2, 3, 1e-9), Matrix<double>(0, 2)).rows, 0);
}

TEST(VoltageSense, RefusesWhatIsNoCircuit) {
  const Matrix<double> g(2, 2, 1e-5), v(1, 2, 0.2);
  EXPECT_THROW(settling_shares(Matrix<double>(2, 2, -1.0)), ArgumentError);
  EXPECT_THROW(settled_voltages(Matrix<double>(0, 2), v), ArgumentError);
  EXPECT_THROW(settled_voltages(g, Matrix<double>(1, 3)), ArgumentError);
  EXPECT_THROW(settled_voltages(g, Matrix<double>(1, 2, std::nan(""))), ArgumentError);
  EXPECT_THROW(settled_voltages(g, v, Mask(1, 3)), ArgumentError);
  EXPECT_THROW(settled_voltages(g, v, std::numeric_limits<double>::infinity()), ArgumentError);
}

}  // namespace
}  // namespace ohm
