// SPDX-License-Identifier: Apache-2.0
#include "crossbar/exact_product.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/gemm.h"

namespace ohm {
namespace {

constexpr double kExactLimit = 16777216.0;  // 2^24
constexpr Index kFewestRows = 32;           // shorter chunks waste the GEMM

double max_abs(const Matrix<float>& m) {
  float largest = 0.0F;
  for (const float value : m.values) largest = std::max(largest, std::abs(value));
  return static_cast<double>(largest);
}

/// Rows whose products add up below 2^24; 0 where a single product does not stay below it.
Index exact_rows(double max_entry, Index max_input) {
  const double product = std::max(1.0, max_entry * static_cast<double>(max_input));
  return static_cast<Index>((kExactLimit - 1.0) / product);
}

/// out (+)= scale · x · entries[range], in chunks of rows whose sums fp32 holds exactly.
void add_product(const Matrix<float>& x, const Matrix<float>& entries, RowRange range, Index chunk,
                 double scale, Matrix<double>& out) {
  if (chunk < 1) {
    throw ArgumentError("exact product: one product alone exceeds 2^24; expected smaller integers");
  }
  thread_local std::vector<float> sums;
  sums.resize(static_cast<size_t>(x.rows * entries.cols));
  for (Index k = 0; k < range.rows; k += chunk) {
    const Index depth = std::min(chunk, range.rows - k);
    gemm({x.rows, entries.cols, depth}, {x.values.data() + k, x.cols},
         {entries.values.data() + (range.first + k) * entries.cols, entries.cols},
         {sums.data(), entries.cols});
    for (size_t i = 0; i < sums.size(); ++i) {
      out.values[i] += scale * static_cast<double>(sums[i]);
    }
  }
}

}  // namespace

ExactOperand make_exact(Matrix<float> entries, Index max_input) {
  ExactOperand operand;
  const double largest = max_abs(entries);
  if (exact_rows(largest, max_input) >= std::clamp<Index>(entries.rows, 1, kFewestRows)) {
    operand.max_low = largest;
    operand.low = std::move(entries);
    return operand;
  }
  operand.high = Matrix<float>(entries.rows, entries.cols);
  for (size_t i = 0; i < entries.values.size(); ++i) {
    const float high = std::floor((entries.values[i] + 128.0F) / 256.0F);
    operand.high.values[i] = high;
    entries.values[i] -= 256.0F * high;
  }
  operand.max_high = max_abs(operand.high);
  operand.max_low = max_abs(entries);
  operand.low = std::move(entries);
  return operand;
}

void exact_product(const Matrix<float>& x, const ExactOperand& operand, RowRange range,
                   Index max_input, Matrix<double>& out) {
  out.rows = x.rows;
  out.cols = operand.low.cols;
  out.values.assign(static_cast<size_t>(x.rows * operand.low.cols), 0.0);
  if (x.rows == 0 || operand.low.cols == 0) return;
  add_product(x, operand.low, range, exact_rows(operand.max_low, max_input), 1.0, out);
  if (operand.high.rows == 0) return;
  add_product(x, operand.high, range, exact_rows(operand.max_high, max_input), 256.0, out);
}

Matrix<double> exact_product_reference(const Matrix<float>& x, const Matrix<float>& entries) {
  Matrix<double> out(x.rows, entries.cols);
  for (Index i = 0; i < x.rows; ++i) {
    for (Index j = 0; j < entries.cols; ++j) {
      std::int64_t sum = 0;
      for (Index k = 0; k < entries.rows; ++k) {
        sum += static_cast<std::int64_t>(x(i, k)) * static_cast<std::int64_t>(entries(k, j));
      }
      out(i, j) = static_cast<double>(sum);
    }
  }
  return out;
}

}  // namespace ohm
