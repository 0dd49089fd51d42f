// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/random.h"
#include "core/tensor.h"

namespace ohm {

/// Whole numbers uniform in [low, high], for tests.
inline Matrix<std::int32_t> integers(Index rows, Index cols, Index low, Index high,
                                     std::uint32_t seed) {
  Matrix<std::int32_t> m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) {
    const double u = uniform_at({seed, 0, 7}, {}, i) * static_cast<double>(high - low + 1);
    m.values[static_cast<size_t>(i)] = static_cast<std::int32_t>(static_cast<Index>(u) + low);
  }
  return m;
}

/// x · w in 64-bit integers.
inline Matrix<double> integer_product(const Matrix<std::int32_t>& x,
                                      const Matrix<std::int32_t>& w) {
  Matrix<double> y(x.rows, w.cols);
  for (Index i = 0; i < x.rows; ++i) {
    for (Index j = 0; j < w.cols; ++j) {
      std::int64_t sum = 0;
      for (Index k = 0; k < w.rows; ++k) sum += std::int64_t{x(i, k)} * std::int64_t{w(k, j)};
      y(i, j) = static_cast<double>(sum);
    }
  }
  return y;
}

/// 0, 1, 2, …
inline std::vector<std::uint32_t> token_numbers(Index count, std::uint32_t first = 0) {
  std::vector<std::uint32_t> tokens;
  for (Index i = 0; i < count; ++i) tokens.push_back(first + static_cast<std::uint32_t>(i));
  return tokens;
}

}  // namespace ohm
