// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/column_affine.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace ohm {
namespace {

Matrix<double> normals(Index rows, Index cols, std::uint32_t seed) {
  Matrix<double> y(rows, cols);
  for (Index i = 0; i < y.size(); ++i) {
    y.values[static_cast<size_t>(i)] = static_cast<double>(normal_at({seed, 0, 99}, {}, i));
  }
  return y;
}

TEST(ColumnAffine, RecoversTheGainAndOffsetOfEveryColumn) {
  const Matrix<double> ref = normals(50, 3, 1);
  Matrix<double> sim = ref;
  for (Index t = 0; t < 50; ++t) {
    for (Index j = 0; j < 3; ++j) {
      sim(t, j) = (ref(t, j) - 2.0 * static_cast<double>(j)) / (0.5 + static_cast<double>(j));
    }
  }
  const ColumnAffine fit = fit_columns(sim, ref);
  for (size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(fit.gain[j], 0.5 + static_cast<double>(j), 1e-12);
    EXPECT_NEAR(fit.offset[j], 2.0 * static_cast<double>(j), 1e-12);
  }
  apply(fit, sim);
  for (size_t i = 0; i < ref.values.size(); ++i) EXPECT_NEAR(sim.values[i], ref.values[i], 1e-12);
}

double squared_error(const Matrix<double>& a, const Matrix<double>& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.values.size(); ++i) sum += std::pow(a.values[i] - b.values[i], 2);
  return sum;
}

TEST(ColumnAffine, NoOtherGainOrOffsetErrsLess) {
  const Matrix<double> ref = normals(200, 1, 1), noise = normals(200, 1, 2);
  Matrix<double> sim = ref;
  for (size_t i = 0; i < sim.values.size(); ++i) {
    sim.values[i] = 0.8 * ref.values[i] + 0.3 * noise.values[i] + 1.0;
  }
  const ColumnAffine best = fit_columns(sim, ref);
  const auto error_of = [&](double gain, double offset) {
    Matrix<double> y = sim;
    apply({{gain}, {offset}}, y);
    return squared_error(y, ref);
  };
  const double least = error_of(best.gain[0], best.offset[0]);
  for (const double change : {-1e-3, 1e-3}) {
    EXPECT_GT(error_of(best.gain[0] + change, best.offset[0]), least);
    EXPECT_GT(error_of(best.gain[0], best.offset[0] + change), least);
  }
}

TEST(ColumnAffine, ColumnsThatDoNotVaryStayAsTheyAre) {
  const Matrix<double> ref = normals(10, 2, 1);
  const ColumnAffine constant = fit_columns(Matrix<double>(10, 2, 0.1), ref);
  EXPECT_EQ(constant.gain, (std::vector<double>{1.0, 1.0}));
  EXPECT_EQ(constant.offset, (std::vector<double>{0.0, 0.0}));
  EXPECT_EQ(fit_columns(normals(1, 2, 3), normals(1, 2, 4)).gain, constant.gain);
  EXPECT_EQ(fit_columns(Matrix<double>(10, 2), ref).gain, constant.gain);
}

TEST(ColumnAffine, RefusesOtherShapesAndNumbersThatAreNone) {
  Matrix<double> y = normals(5, 2, 1);
  EXPECT_THROW(fit_columns(y, normals(5, 3, 1)), ArgumentError);
  EXPECT_THROW(fit_columns(Matrix<double>(0, 2), Matrix<double>(0, 2)), ArgumentError);
  EXPECT_THROW(apply({{1.0}, {0.0}}, y), ArgumentError);
  Matrix<double> bad = y;
  bad.values[3] = NAN;
  EXPECT_THROW(fit_columns(bad, y), ArgumentError);
  EXPECT_THROW(fit_columns(y, bad), ArgumentError);
}

}  // namespace
}  // namespace ohm
