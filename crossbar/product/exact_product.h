// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/aligned_vector.h"
#include "core/tensor.h"

namespace ohm {

/// A matrix of integers, kept as signed bytes so that its products with integers are exact.
///
/// entry = bias + Σ_d 256^d · digits[d], least significant first. Entries that span at most 256
/// values are one byte, those within ±32639 two. Products of bytes run on int8 dot-product
/// instructions where the processor has them; the integers that result are the same everywhere.
struct ExactOperand {
  Index rows = 0, cols = 0;
  std::int64_t bias = 0;
  std::vector<Matrix<std::int8_t>> digits;
  std::int64_t smallest = 0, largest = 0;  ///< entries
  std::int64_t column_limit = 0;           ///< largest Σ |entry| of a column
  std::int64_t digit_limit = 0;            ///< largest Σ |digit| of a column of one of the digits

  std::int64_t entry(Index i, Index j) const;
  bool empty() const { return rows == 0; }
};

/// Prepares whole numbers, |entry| < 2^24, for products with inputs of at most `max_input` in
/// magnitude. Throws ArgumentError where a sum of products could pass 2^53.
ExactOperand make_exact(const Matrix<float>& entries, Index max_input);

/// Rows of the operand, and one of its entries.
Index operand_rows(const ExactOperand& operand);
double operand_entry(const ExactOperand& operand, Index i, Index j);

/// The columns `columns` of an operand, in that order.
ExactOperand select_columns(const ExactOperand& operand, std::span<const Index> columns);

/// A run of rows or of columns.
struct RowRange {
  Index first = 0;
  Index rows = 0;
};
struct ColumnRange {
  Index first = 0;
  Index columns = 0;
};

/// out = x · operand[range], exactly. x: (n, range.rows) integers of at most `max_input` in
/// magnitude, out: (n, columns). Slow twin: exact_product_reference().
void exact_product(const Matrix<std::int32_t>& x, const ExactOperand& operand, RowRange range,
                   Index max_input, Matrix<double>& out);
void exact_product(const Matrix<float>& x, const ExactOperand& operand, RowRange range,
                   Index max_input, Matrix<double>& out);

/// The same in 64-bit integers, one product at a time.
Matrix<double> exact_product_reference(const Matrix<float>& x, const Matrix<float>& entries);

/// Unsigned bytes, (rows, cols), each row filled with zeros up to the stride, a multiple of
/// panel_rows(cols): where tiles are multiplied, each row starts a cache line.
struct ByteRows {
  Index rows = 0, cols = 0, stride = 0;
  AlignedVector<std::uint8_t> values;

  /// The bytes of the columns are not cleared.
  ByteRows(Index n_rows, Index n_cols);

  std::uint8_t* row(Index v) { return values.data() + v * stride; }
  const std::uint8_t* row(Index v) const { return values.data() + v * stride; }
};

/// Vectors of integers as unsigned bytes: value = Σ_d 256^d · digits[d] - offset.
///
/// Each digit has one row more than there are vectors: the offset itself, so that one product
/// yields what to subtract as well.
struct ByteInputs {
  Index n_vectors = 0;
  std::int32_t offset = 0;
  std::uint32_t largest = 255;     ///< no value + offset is larger
  std::vector<ByteRows> digits;    ///< (n_vectors + 1, ≥ rows), least significant first
  std::vector<std::int64_t> sums;  ///< Σ value of each vector
  /// Of bits, or absent: vectors 3k, 3k + 1 and 3k + 2 as rows 2k and 2k + 1, pack_triples().
  std::optional<ByteRows> triples;
};

/// Splits integers of at most `max_input` in magnitude, 2^30 at the most, into bytes.
ByteInputs make_byte_inputs(const Matrix<std::int32_t>& x, Index max_input);

/// Integers that are bytes: all rows but the last, which the caller has left to be cleared.
ByteInputs make_byte_inputs(ByteRows x);

/// Three vectors of zeros and ones as two of bytes: x0 + 254 · x1 and 254 · x0 + x2, which
/// add_dot_triples() tells apart. The inputs have one digit and no offset.
void pack_triples(ByteInputs& bits);

}  // namespace ohm
