// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/dot_product.h"

#include <algorithm>
#include <cassert>

#include "crossbar/product/dot_kernel.h"
#include "crossbar/product/word_kernel.h"

namespace ohm {

/// Bytes or words; two digits are one word where all of them fit, else each is a word of its own.
void DotProduct::choose(const ByteInputs& x, const ExactOperand& operand) {
  in_words_ = !has_dot_products();
  takes_triples_ = !in_words_ && x.triples && operand.digit_limit <= kTripleLimit;
  n_digits_ = std::ssize(operand.digits);
  const bool joins_digits = n_digits_ <= 2 && operand.smallest - operand.bias >= kSmallestWord;
  const bool joins_bytes = x.largest <= kLargestWord;
  n_words_ = joins_digits ? 1 : n_digits_;
  n_input_words_ = joins_bytes ? 1 : std::ssize(x.digits);
}

Index DotProduct::panel_width() const {
  return in_words_ ? kWordColumns : panel_columns(n_digits_);
}

Index DotProduct::panel_bytes() const {
  return in_words_ ? n_rows_ / kWordRows * kWordPairBytes
                   : n_rows_ / kDotRows * quad_bytes(n_digits_);
}

/// One digit of the operand, filled with zeros to whole panels where it does not fill them.
DotRows DotProduct::digit_rows(Index digit, const ExactOperand& operand, RowRange rows,
                               ColumnRange columns) {
  const Index padded = round_up(n_columns_, panel_width());
  const Matrix<std::int8_t>& from = operand.digits[static_cast<size_t>(digit)];
  const std::int8_t* first = from.values.data() + rows.first * from.cols + columns.first;
  if (n_rows_ == rows.rows && padded == n_columns_) {
    return {first, from.cols, n_rows_, padded / kDotColumns};
  }
  edges_.resize(operand.digits.size());
  std::vector<std::int8_t>& edge = edges_[static_cast<size_t>(digit)];
  edge.assign(static_cast<size_t>(n_rows_ * padded), 0);
  for (Index i = 0; i < rows.rows; ++i) {
    std::copy_n(first + i * from.cols, n_columns_, edge.begin() + i * padded);
  }
  return {edge.data(), padded, n_rows_, padded / kDotColumns};
}

void DotProduct::pack(const ExactOperand& operand, RowRange rows, ColumnRange columns) {
  const Index one = round_up(n_columns_, panel_width()) / panel_width() * panel_bytes();
  panels_.resize(static_cast<size_t>(in_words_ ? n_words_ * one : one));
  const auto digit = [&](Index d) { return digit_rows(d, operand, rows, columns); };
  if (!in_words_) {
    for (Index d = 0; d < n_digits_; ++d) fill_panels(digit(d), d, n_digits_, panels_.data());
    return;
  }
  for (Index w = 0; w < n_words_; ++w) {
    const bool is_joined = n_words_ < n_digits_;
    fill_word_panels(digit(w), is_joined ? digit(w + 1) : DotRows{}, panels_.data() + w * one);
  }
}

void DotProduct::prepare(const ByteInputs& x, const ExactOperand& operand, RowRange rows,
                         ColumnRange columns) {
  x_ = &x;
  bias_ = operand.bias;
  n_rows_ = round_up(rows.rows, panel_rows(rows.rows));
  assert(x.digits.front().stride >= n_rows_);  // what lies beyond the rows is zero
  n_columns_ = columns.columns;
  choose(x, operand);
  pack(operand, rows, columns);
  of_columns_.assign(static_cast<size_t>(round_up(n_columns_, panel_width())), 0);
  of_vectors_.clear();
  if (x.offset != 0) {
    multiply_all(x.n_vectors, 1, {of_columns_.data(), n_columns_});
    for (std::int32_t& offset : of_columns_) offset = -offset;
  }
  if (bias_ == 0) return;
  for (const std::int64_t sum : x.sums)
    of_vectors_.push_back(static_cast<std::int32_t>(bias_ * sum));
}

/// The bytes of some vectors, as words one after the other.
void DotProduct::widen(Index first, Index count) {
  words_.resize(static_cast<size_t>(n_input_words_ * count * n_rows_));
  std::int16_t* to = words_.data();
  for (Index w = 0; w < n_input_words_; ++w) {
    const ByteRows& low = x_->digits[static_cast<size_t>(w)];
    const bool is_joined = n_input_words_ < std::ssize(x_->digits);
    for (Index v = first; v < first + count; ++v, to += n_rows_) {
      join_bytes(low.row(v), is_joined ? x_->digits[1].row(v) : nullptr, n_rows_, to);
    }
  }
}

void DotProduct::multiply_words(Index count, Index panel, DotOutput to) const {
  const Index all = std::ssize(panels_) / n_words_, stride = n_rows_ * kWordBytes;
  for (Index k = 0; k < n_input_words_; ++k) {
    const auto* words = reinterpret_cast<const std::uint8_t*>(words_.data() + k * count * n_rows_);
    for (Index w = 0; w < n_words_; ++w) {
      to.shift = static_cast<int>(8 * (k + w));
      if (to.shift >= 32) continue;  // nothing modulo 2^32
      const std::int8_t* bytes = panels_.data() + w * all + panel * panel_bytes();
      add_word_products({words, count, stride}, {bytes, n_rows_ / kWordRows, 1}, to);
    }
  }
}

void DotProduct::multiply_bytes(Index first, Index count, Index index, DotOutput to) const {
  const DotPanel panel{panels_.data() + index * panel_bytes(), n_rows_ / kDotRows, n_digits_};
  if (takes_triples_ && first % 3 == 0 && count >= 3) {
    const Index n = count / 3;
    const ByteRows& triples = *x_->triples;
    add_dot_triples({triples.row(first / 3 * 2), 2 * n, triples.stride}, panel, to);
    first += 3 * n, count -= 3 * n, to = to.from(3 * n, 0);
  }
  if (count == 0) return;
  for (const ByteRows& bytes : x_->digits) {
    add_dot_products({bytes.row(first), count, bytes.stride}, panel, to);
    to.shift += 8;
  }
}

void DotProduct::multiply_all(Index first, Index count, const DotOutput& out) {
  const Index width = panel_width();
  ragged_.resize(static_cast<size_t>(count * width));
  if (in_words_) widen(first, count);
  for (Index left = 0; left < n_columns_; left += width) {
    const Index n = std::min(width, n_columns_ - left);
    DotOutput to = out.from(0, left);
    if (n < width) to.sums = ragged_.data(), to.stride = width;
    in_words_ ? multiply_words(count, left / width, to)
              : multiply_bytes(first, count, left / width, to);
    for (Index v = 0; n < width && v < count; ++v) {
      std::copy_n(ragged_.data() + v * width, n, out.sums + v * out.stride + left);
    }
  }
}

void DotProduct::multiply(Index first, Index count, std::int32_t* out) {
  if (count == 0) return;
  multiply_all(first, count,
               {out, n_columns_, 0, x_->offset == 0 ? nullptr : of_columns_.data(),
                bias_ == 0 ? nullptr : of_vectors_.data() + first});
}

}  // namespace ohm
