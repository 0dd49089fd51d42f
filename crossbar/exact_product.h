// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tensor.h"

namespace ohm {

/// A matrix of integers, kept so that its products with small integers are exact in fp32.
///
/// fp32 adds integers exactly while every partial sum stays below 2^24, in whatever order a library
/// adds them. Where the entries leave too few rows for that, they are kept as two halves of 8 bits.
struct ExactOperand {
  Matrix<float> low;   ///< entries, or their low halves in [-128, 127]
  Matrix<float> high;  ///< empty, or (entry - low) / 256
  double max_low = 0.0, max_high = 0.0;
};

/// Prepares integers (as floats, |entry| < 2^24) for products with inputs of at most `max_input`.
///
/// Exact for max_input up to 255, and beyond it while |entry| · max_input < 2^32.
ExactOperand make_exact(Matrix<float> entries, Index max_input);

/// Rows [first, first + rows) of the right operand.
struct RowRange {
  Index first = 0;
  Index rows = 0;
};

/// out = x · operand[range], exactly. x: (n, range.rows) integers of at most `max_input` in
/// magnitude, out: (n, columns). Slow twin: exact_product_reference().
void exact_product(const Matrix<float>& x, const ExactOperand& operand, RowRange range,
                   Index max_input, Matrix<double>& out);

/// The same in 64-bit integers, one product at a time.
Matrix<double> exact_product_reference(const Matrix<float>& x, const Matrix<float>& entries);

}  // namespace ohm
