// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/column_affine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

void check_pair(const Matrix<double>& y_sim, const Matrix<double>& y_ref) {
  if (y_sim.rows != y_ref.rows || y_sim.cols != y_ref.cols || y_sim.rows < 1) {
    throw ArgumentError(
        fmt::format("column correction: outputs of shape ({}, {}) and references of shape ({}, {}) "
                    "found; expected equal shapes with at least one token",
                    y_sim.rows, y_sim.cols, y_ref.rows, y_ref.cols));
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (std::all_of(y_sim.values.begin(), y_sim.values.end(), finite) &&
      std::all_of(y_ref.values.begin(), y_ref.values.end(), finite)) {
    return;
  }
  throw ArgumentError("column correction: NaN or Inf found; expected finite outputs");
}

double column_mean(const Matrix<double>& y, Index j) {
  double sum = 0.0;
  for (Index t = 0; t < y.rows; ++t) sum += y(t, j);
  return sum / static_cast<double>(y.rows);
}

}  // namespace

ColumnAffine fit_columns(const Matrix<double>& y_sim, const Matrix<double>& y_ref) {
  check_pair(y_sim, y_ref);
  ColumnAffine fit{std::vector<double>(static_cast<size_t>(y_sim.cols), 1.0),
                   std::vector<double>(static_cast<size_t>(y_sim.cols), 0.0)};
  for (Index j = 0; j < y_sim.cols; ++j) {
    const double sim = column_mean(y_sim, j), ref = column_mean(y_ref, j);
    double covariance = 0.0, variance = 0.0, size = 0.0;
    for (Index t = 0; t < y_sim.rows; ++t) {
      covariance += (y_sim(t, j) - sim) * (y_ref(t, j) - ref);
      variance += (y_sim(t, j) - sim) * (y_sim(t, j) - sim);
      size += y_sim(t, j) * y_sim(t, j);
    }
    // what rounding leaves of a constant column is no variance
    if (variance <= 1e-24 * size) continue;
    fit.gain[static_cast<size_t>(j)] = covariance / variance;
    fit.offset[static_cast<size_t>(j)] = ref - covariance / variance * sim;
  }
  return fit;
}

void apply(const ColumnAffine& correction, Matrix<double>& y) {
  if (std::ssize(correction.gain) != y.cols || std::ssize(correction.offset) != y.cols) {
    throw ArgumentError(fmt::format("column correction: {} columns for outputs with {}",
                                    correction.gain.size(), y.cols));
  }
  for (Index t = 0; t < y.rows; ++t) {
    const auto row = y.row(t);
    for (size_t j = 0; j < row.size(); ++j) {
      row[j] = correction.gain[j] * row[j] + correction.offset[j];
    }
  }
}

}  // namespace ohm
