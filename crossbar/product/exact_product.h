// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "crossbar/product/integer_rows.h"

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

/// out = x · operand[range], exactly. x: (n, range.rows), out: (n, columns). Slow twin:
/// exact_product_reference().
void exact_product(const IntegerRows& x, const ExactOperand& operand, RowRange range,
                   Matrix<double>& out);

/// The same in 64-bit integers, one product at a time.
Matrix<double> exact_product_reference(const IntegerRows& x, const Matrix<float>& entries);

}  // namespace ohm
