// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/exact_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/gemm.h"
#include "crossbar/product/byte_inputs.h"

namespace ohm {
namespace {

constexpr double kExactLimit = 9007199254740992.0;  // 2^53
constexpr std::int64_t kByte = 256;

/// The signed byte with the same value modulo 256.
std::int64_t low_byte(std::int64_t value) {
  return ((value + 128) & 255) - 128;
}

/// Smallest and largest entry, and the largest column sum of magnitudes.
void measure(const Matrix<float>& entries, ExactOperand& operand) {
  std::vector<std::int64_t> sums(static_cast<size_t>(entries.cols), 0);
  for (Index i = 0; i < entries.rows; ++i) {
    const auto row = entries.row(i);
    for (size_t j = 0; j < row.size(); ++j) {
      const auto value = static_cast<std::int64_t>(row[j]);
      operand.smallest = std::min(operand.smallest, value);
      operand.largest = std::max(operand.largest, value);
      sums[j] += std::abs(value);
    }
  }
  for (const std::int64_t sum : sums) operand.column_limit = std::max(operand.column_limit, sum);
}

void check_limits(const ExactOperand& operand, Index max_input) {
  const double reach = static_cast<double>(operand.column_limit) *
                       static_cast<double>(std::max<Index>(1, max_input));
  if (operand.rows <= kMaxInt8Depth && reach < kExactLimit) return;
  throw ArgumentError(
      fmt::format("exact product: {} rows with sums up to {:.3g} found; expected at most {} rows "
                  "and sums below 2^53; use smaller integers or shorter columns",
                  operand.rows, reach, kMaxInt8Depth));
}

MatrixView<const std::int8_t> view(const Matrix<std::int8_t>& m, RowRange rows,
                                   ColumnRange columns) {
  return {m.values.data() + rows.first * m.cols + columns.first, m.cols};
}

/// Signed bytes that hold every number from smallest to largest.
Index bytes_for(std::int64_t smallest, std::int64_t largest) {
  Index n = 1;
  std::int64_t low = -128, high = 127;
  for (; smallest < low || largest > high; ++n) {
    low = low * kByte - 128;
    high = high * kByte + 127;
  }
  return n;
}

/// The largest Σ |digit| of a column.
std::int64_t column_limit(const Matrix<std::int8_t>& digit) {
  std::vector<std::int64_t> sums(static_cast<size_t>(digit.cols), 0);
  for (Index i = 0; i < digit.rows; ++i) {
    const std::int8_t* row = digit.row(i).data();
    for (size_t j = 0; j < sums.size(); ++j) sums[j] += std::abs(int{row[j]});
  }
  return sums.empty() ? 0 : *std::ranges::max_element(sums);
}

}  // namespace

std::int64_t ExactOperand::entry(Index i, Index j) const {
  std::int64_t value = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    value = kByte * value + (*digit)(i, j);
  }
  return value + bias;
}

ExactOperand make_exact(const Matrix<float>& entries, Index max_input) {
  ExactOperand operand;
  operand.rows = entries.rows;
  operand.cols = entries.cols;
  measure(entries, operand);
  check_limits(operand, max_input);
  const bool one_byte = operand.largest - operand.smallest < kByte;
  if (one_byte && (operand.largest > 127 || operand.smallest < -128)) {
    operand.bias = operand.smallest + 128;
  }
  const Index n = bytes_for(operand.smallest - operand.bias, operand.largest - operand.bias);
  operand.digits.assign(static_cast<size_t>(n), Matrix<std::int8_t>(entries.rows, entries.cols));
  for (size_t k = 0; k < entries.values.size(); ++k) {
    std::int64_t rest = static_cast<std::int64_t>(entries.values[k]) - operand.bias;
    for (Matrix<std::int8_t>& digit : operand.digits) {
      const std::int64_t low = low_byte(rest);
      digit.values[k] = static_cast<std::int8_t>(low);
      rest = (rest - low) / kByte;
    }
  }
  for (const Matrix<std::int8_t>& digit : operand.digits) {
    operand.digit_limit = std::max(operand.digit_limit, column_limit(digit));
  }
  return operand;
}

Index operand_rows(const ExactOperand& operand) {
  return operand.rows;
}

double operand_entry(const ExactOperand& operand, Index i, Index j) {
  return static_cast<double>(operand.entry(i, j));
}

ExactOperand select_columns(const ExactOperand& operand, std::span<const Index> columns) {
  ExactOperand selected = operand;  // its limits hold for any of its columns
  selected.cols = std::ssize(columns);
  for (size_t d = 0; d < operand.digits.size(); ++d) {
    Matrix<std::int8_t> digit(operand.rows, selected.cols);
    for (Index i = 0; i < digit.rows; ++i) {
      for (Index k = 0; k < digit.cols; ++k) {
        digit(i, k) = operand.digits[d](i, columns[static_cast<size_t>(k)]);
      }
    }
    selected.digits[d] = std::move(digit);
  }
  return selected;
}

void exact_product(const IntegerRows& x, const ExactOperand& operand, RowRange range,
                   Matrix<double>& out) {
  out.rows = x.rows;
  out.cols = operand.cols;
  out.values.assign(static_cast<size_t>(x.rows * operand.cols), 0.0);
  if (out.values.empty()) return;
  const ByteInputs inputs = make_byte_inputs(x);
  Matrix<std::int32_t> part(x.rows + 1, operand.cols);
  double input_weight = 1.0;
  for (const ByteRows& bytes : inputs.digits) {
    double weight = input_weight;
    for (const Matrix<std::int8_t>& digit : operand.digits) {
      gemm_u8s8({part.rows, part.cols, range.rows}, {bytes.values.data(), bytes.stride},
                view(digit, range, {0, operand.cols}), {part.values.data(), part.cols});
      for (Index v = 0; v < x.rows; ++v) {
        for (Index j = 0; j < part.cols; ++j) {
          out(v, j) += weight * static_cast<double>(std::int64_t{part(v, j)} - part(x.rows, j));
        }
      }
      weight *= static_cast<double>(kByte);
    }
    input_weight *= static_cast<double>(kByte);
  }
  for (Index v = 0; v < x.rows; ++v) {
    const double bias = static_cast<double>(operand.bias * inputs.sums[static_cast<size_t>(v)]);
    for (double& value : out.row(v)) value += bias;
  }
}

Matrix<double> exact_product_reference(const IntegerRows& x, const Matrix<float>& entries) {
  Matrix<double> out(x.rows, entries.cols);
  for (Index i = 0; i < x.rows; ++i) {
    for (Index j = 0; j < entries.cols; ++j) {
      std::int64_t sum = 0;
      for (Index k = 0; k < entries.rows; ++k) {
        sum += std::int64_t{x.row(i)[static_cast<size_t>(k)]} *
               static_cast<std::int64_t>(entries(k, j));
      }
      out(i, j) = static_cast<double>(sum);
    }
  }
  return out;
}

}  // namespace ohm
