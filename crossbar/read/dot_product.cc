// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/dot_product.h"

#include <algorithm>
#include <cassert>

#include "crossbar/read/dot_kernel.h"
#include "crossbar/read/sum_kernel.h"

namespace ohm {
Index DotProduct::panel_bytes() const {
  return n_quads_ * quad_bytes(n_digits_);
}

void DotProduct::pack(const ExactOperand& operand, RowRange rows, ColumnRange columns) {
  const Index width = panel_columns(n_digits_), padded = round_up(n_columns_, width);
  const Index n_rows = n_quads_ * kDotRows;
  const bool is_ragged = n_rows != rows.rows || padded != n_columns_;
  panels_.resize(static_cast<size_t>(padded / width * panel_bytes()));
  for (Index d = 0; d < n_digits_; ++d) {
    const Matrix<std::int8_t>& digit = operand.digits[static_cast<size_t>(d)];
    const std::int8_t* first = digit.values.data() + rows.first * digit.cols + columns.first;
    DotRows from{first, digit.cols, n_rows, padded / kDotColumns};
    if (is_ragged) {
      edge_.assign(static_cast<size_t>(n_rows * padded), 0);
      for (Index i = 0; i < rows.rows; ++i) {
        std::copy_n(first + i * digit.cols, n_columns_, edge_.begin() + i * padded);
      }
      from.bytes = edge_.data(), from.stride = padded;
    }
    fill_panels(from, d, n_digits_, panels_.data());
  }
}

void DotProduct::prepare(const ByteInputs& x, const ExactOperand& operand, RowRange rows,
                         ColumnRange columns) {
  x_ = &x;
  bias_ = operand.bias;
  n_digits_ = std::ssize(operand.digits);
  n_quads_ = round_up(rows.rows, panel_rows(rows.rows)) / kDotRows;
  assert(x.digits.front().stride >= n_quads_ * kDotRows);  // what lies beyond the rows is zero
  n_columns_ = columns.columns;
  takes_triples_ = x.triples && operand.digit_limit <= kTripleLimit;
  pack(operand, rows, columns);
  offsets_.assign(static_cast<size_t>(n_columns_), 0);
  if (x.offset != 0) multiply_bytes(x.n_vectors, 1, offsets_.data());
}

void DotProduct::multiply_panel(Index first, Index count, const DotPanel& panel, DotOutput to) {
  if (takes_triples_ && first % 3 == 0 && count >= 3) {
    const Index n = count / 3;
    const ByteRows& triples = *x_->triples;
    add_dot_triples({triples.row(first / 3 * 2), 2 * n, triples.stride}, panel, to);
    first += 3 * n, count -= 3 * n, to.sums += 3 * n * to.stride;
  }
  if (count == 0) return;
  for (const ByteRows& bytes : x_->digits) {
    add_dot_products({bytes.row(first), count, bytes.stride}, panel, to);
    to.shift += 8;
  }
}

void DotProduct::multiply_bytes(Index first, Index count, std::int32_t* out) {
  const Index width = panel_columns(n_digits_);
  ragged_.resize(static_cast<size_t>(count * width));
  for (Index left = 0; left < n_columns_; left += width) {
    const DotPanel panel{panels_.data() + left / width * panel_bytes(), n_quads_, n_digits_};
    const Index n = std::min(width, n_columns_ - left);
    const DotOutput to =
        n == width ? DotOutput{out + left, n_columns_} : DotOutput{ragged_.data(), width};
    multiply_panel(first, count, panel, to);
    for (Index v = 0; n < width && v < count; ++v) {
      std::copy_n(ragged_.data() + v * width, n, out + v * n_columns_ + left);
    }
  }
}

void DotProduct::multiply(Index first, Index count, std::int32_t* out) {
  if (count == 0) return;
  multiply_bytes(first, count, out);
  if (x_->offset == 0 && bias_ == 0) return;
  for (Index v = 0; v < count; ++v) {
    const std::int64_t bias = bias_ * x_->sums[static_cast<size_t>(first + v)];
    correct_row(offsets_.data(), static_cast<std::int32_t>(bias), n_columns_, out + v * n_columns_);
  }
}

}  // namespace ohm
