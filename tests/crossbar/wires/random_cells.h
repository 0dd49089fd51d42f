// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "core/tensor.h"

namespace ohm {

/// Values between low and high, uniform.
inline Matrix<double> random_cells(Index rows, Index cols, double low, double high,
                                   std::uint32_t seed = 1) {
  Matrix<double> g(rows, cols);
  for (Index i = 0; i < g.size(); ++i) {
    g.values[static_cast<size_t>(i)] = low + (high - low) * uniform_at({seed, 0, 1}, {}, i);
  }
  return g;
}

/// Values between low and high, their logarithm uniform.
inline Matrix<double> random_decades(Index rows, Index cols, double low, double high,
                                     std::uint32_t seed = 1) {
  Matrix<double> g = random_cells(rows, cols, std::log(low), std::log(high), seed);
  for (double& value : g.values) value = std::exp(value);
  return g;
}

/// Largest |a - b| / |b| over the entries; infinite where they differ and b is zero.
inline double largest_relative_error(const Matrix<double>& a, const Matrix<double>& b) {
  double largest = a.values.size() == b.values.size() ? 0.0 : INFINITY;
  for (size_t k = 0; k < b.values.size(); ++k) {
    const double error = std::abs(a.values[k] - b.values[k]);
    if (error != 0.0) largest = std::max(largest, error / std::abs(b.values[k]));
    if (std::isnan(error)) return INFINITY;
  }
  return largest;
}

/// v @ g.
inline Matrix<double> product(const Matrix<double>& v, const Matrix<double>& g) {
  Matrix<double> currents(v.rows, g.cols);
  for (Index b = 0; b < v.rows; ++b) {
    for (Index i = 0; i < g.rows; ++i) {
      for (Index j = 0; j < g.cols; ++j) currents(b, j) += v(b, i) * g(i, j);
    }
  }
  return currents;
}

}  // namespace ohm
