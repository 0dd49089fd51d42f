// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/exact_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Whole numbers in [-reach, reach], the extremes included.
Matrix<float> whole_numbers(Index rows, Index cols, Index reach, std::uint32_t seed) {
  Matrix<float> m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) {
    const double u = uniform_at({seed, 0, 1}, {}, i);
    m.values[static_cast<size_t>(i)] =
        static_cast<float>(static_cast<Index>(u * static_cast<double>(2 * reach + 1)) - reach);
  }
  if (m.size() > 1)
    m.values[0] = static_cast<float>(reach), m.values[1] = static_cast<float>(-reach);
  return m;
}

Matrix<std::int32_t> inputs(Index tokens, Index rows, Index reach) {
  const Matrix<float> whole = whole_numbers(tokens, rows, reach, 3);
  Matrix<std::int32_t> x(tokens, rows);
  std::ranges::copy(whole.values, x.values.begin());
  return x;
}

void expect_exact(Index tokens, Index rows, Index columns, Index max_input, Index max_entry) {
  const Matrix<std::int32_t> x = inputs(tokens, rows, max_input);
  const Matrix<float> entries = whole_numbers(rows, columns, max_entry, 4);
  Matrix<double> out;
  exact_product(x, make_exact(entries, max_input), {0, rows}, out);
  EXPECT_EQ(out.values, exact_product_reference(x, entries).values)
      << rows << " rows, inputs to " << max_input << ", entries to " << max_entry;
}

TEST(ExactProduct, EqualsIntegerArithmeticForEverySizeOfNumbers) {
  for (const Index max_input : {1, 3, 15, 127, 255}) {
    for (const Index max_entry : {1, 127, 65535, 90000, 1000000}) {
      expect_exact(5, 128, 7, max_input, max_entry);
      expect_exact(2, 513, 3, max_input, max_entry);
      expect_exact(1, 1, 1, max_input, max_entry);
    }
  }
}

TEST(ExactProduct, WorstCaseSumsStayExact) {
  const Matrix<std::int32_t> x(1, 300, 127);
  const Matrix<float> entries(300, 1, 81919.0F);
  Matrix<double> out;
  exact_product(x, make_exact(entries, 127), {0, 300}, out);
  EXPECT_EQ(out(0, 0), 300.0 * 127.0 * 81919.0);
}

TEST(ExactProduct, NumbersOfOneSignNeedOneByteWhereTheySpan256Values) {
  for (const auto& [low, high] : {std::pair{0, 255}, {-255, 0}, {-128, 127}, {100, 200}}) {
    const Matrix<std::int32_t> entries = integers(40, 6, low, high, 2);
    Matrix<float> floats(40, 6);
    std::copy(entries.values.begin(), entries.values.end(), floats.values.begin());
    floats(0, 0) = static_cast<float>(low), floats(1, 0) = static_cast<float>(high);
    const ExactOperand operand = make_exact(floats, 127);
    EXPECT_EQ(operand.digits.size(), 1U);
    for (Index i = 0; i < 40; ++i) {
      for (Index j = 0; j < 6; ++j)
        EXPECT_EQ(operand.entry(i, j), static_cast<Index>(floats(i, j)));
    }
    const Matrix<std::int32_t> x = inputs(5, 40, 127);
    Matrix<double> out;
    exact_product(x, operand, {0, 40}, out);
    EXPECT_EQ(out.values, exact_product_reference(x, floats).values);
  }
}

TEST(ExactProduct, TwoBytesReach32639) {
  EXPECT_EQ(make_exact(Matrix<float>(2, 2, 32639.0F), 1).digits.size(), 2U);
  EXPECT_EQ(make_exact(Matrix<float>(2, 2, -32896.0F), 1).digits.size(), 2U);
  EXPECT_EQ(make_exact(Matrix<float>(2, 2, 32640.0F), 1).digits.size(), 3U);
}

TEST(ExactProduct, RefusesSumsThatFp64CannotHold) {
  EXPECT_THROW(make_exact(Matrix<float>(1000, 1, 16777215.0F), 1 << 20), ArgumentError);
}

TEST(ExactProduct, UsesOnlyTheRowsAsked) {
  const Matrix<float> entries = whole_numbers(10, 2, 100, 5);
  const Matrix<std::int32_t> x(1, 3, 1);
  Matrix<double> out;
  exact_product(x, make_exact(entries, 1), {4, 3}, out);
  for (Index j = 0; j < 2; ++j) {
    EXPECT_EQ(out(0, j), static_cast<double>(entries(4, j) + entries(5, j) + entries(6, j)));
  }
}

TEST(ExactProduct, EmptyOperandsGiveEmptyProducts) {
  Matrix<double> out;
  exact_product(Matrix<std::int32_t>(0, 4), make_exact(Matrix<float>(4, 2), 1), {0, 4}, out);
  EXPECT_EQ(out.size(), 0);
}

TEST(ExactOperand, KnowsTheLargestSumOfDigitsOfAColumn) {
  Matrix<float> entries(2, 2, 0.0F);
  entries(0, 0) = 2 * 256 + 100, entries(1, 0) = -100;  // digits 100 and 2, -100 and 0
  entries(0, 1) = -90 * 256 + 5, entries(1, 1) = 31 * 256;
  EXPECT_EQ(make_exact(entries, 1).digit_limit, 200);
  EXPECT_EQ(make_exact(Matrix<float>(0, 3), 1).digit_limit, 0);
}

}  // namespace
}  // namespace ohm
