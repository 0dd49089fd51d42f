// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"

namespace ohm {

/// Rows of integers in someone else's memory, which outlives them; `stride` apart.
struct IntegerRows {
  const std::int32_t* values = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  IntegerRows(const std::int32_t* first, Index n_rows, Index n_cols, Index n_stride)
      : values(first), rows(n_rows), cols(n_cols), stride(n_stride) {}
  /// A matrix is such rows.
  IntegerRows(const Matrix<std::int32_t>& m)
      : IntegerRows(m.values.data(), m.rows, m.cols, m.cols) {}

  std::span<const std::int32_t> row(Index v) const {
    return {values + v * stride, static_cast<std::size_t>(cols)};
  }
};

}  // namespace ohm
