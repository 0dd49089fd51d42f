// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/exact_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "crossbar/product/dot_kernel.h"
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

void expect_exact(Index tokens, Index rows, Index columns, Index max_input, Index max_entry) {
  const Matrix<float> x = whole_numbers(tokens, rows, max_input, 3);
  const Matrix<float> entries = whole_numbers(rows, columns, max_entry, 4);
  Matrix<double> out;
  exact_product(x, make_exact(entries, max_input), {0, rows}, max_input, out);
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
  Matrix<float> x(1, 300, 127.0F), entries(300, 1, 81919.0F);
  Matrix<double> out;
  exact_product(x, make_exact(entries, 127), {0, 300}, 127, out);
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
    const Matrix<float> x = whole_numbers(5, 40, 127, 3);
    Matrix<double> out;
    exact_product(x, operand, {0, 40}, 127, out);
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
  Matrix<float> x(1, 3, 1.0F);
  Matrix<double> out;
  exact_product(x, make_exact(entries, 1), {4, 3}, 1, out);
  for (Index j = 0; j < 2; ++j) {
    EXPECT_EQ(out(0, j), static_cast<double>(entries(4, j) + entries(5, j) + entries(6, j)));
  }
}

TEST(ExactProduct, EmptyOperandsGiveEmptyProducts) {
  Matrix<double> out;
  exact_product(Matrix<float>(0, 4), make_exact(Matrix<float>(4, 2), 1), {0, 4}, 1, out);
  EXPECT_EQ(out.size(), 0);
}

TEST(ByteInputs, SignedBytesTakeOneByte) {
  auto x = integers(3, 40, -128, 127, 1);
  x(0, 0) = -128, x(0, 1) = 127;
  EXPECT_EQ(make_byte_inputs(x, 128).digits.size(), 1U);
  x(0, 1) = 128;
  EXPECT_EQ(make_byte_inputs(x, 128).digits.size(), 2U);
  EXPECT_EQ(make_byte_inputs(integers(3, 40, 0, 255, 1), 32768).digits.size(), 1U);
}

TEST(ByteInputs, TheLargestIsThatOfValuesBesideTheOffset) {
  auto x = integers(3, 40, -300, 1000, 1);
  x(2, 7) = -300, x(1, 9) = 1000;
  EXPECT_EQ(make_byte_inputs(x, 1000).largest, 1300U);
  EXPECT_EQ(make_byte_inputs(ByteRows(3, 8)).largest, 255U);
}

TEST(ByteInputs, RowsEndInZerosAndStartCacheLinesWhereTheyAreTiled) {
  for (const Index columns : {1, 32, 33, 63, 64, 65}) {
    const bool tiled = uses_tiles() && columns > 32;
    const ByteInputs inputs = make_byte_inputs(integers(3, columns, -5, 300, 1), 300);
    for (const ByteRows& digit : inputs.digits) {
      ASSERT_EQ(digit.rows, 4);
      for (Index v = 0; v < digit.rows; ++v) {
        EXPECT_EQ(digit.stride % (tiled ? 64 : 8), 0);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(digit.row(v)) % (tiled ? kCacheLine : 8), 0U);
        for (Index i = columns; i < digit.stride; ++i) EXPECT_EQ(digit.row(v)[i], 0);
      }
    }
  }
}

TEST(ByteInputs, FewRowsTakeFewBytes) {
  const ByteRows eight(1000, 8);
  EXPECT_EQ(eight.stride, 8);
  EXPECT_EQ(eight.values.size(), 8000U);
}

TEST(ByteInputs, TriplesLeaveOutWhatIsNoneOfThem) {
  const auto bits = integers(8, 5, 0, 1, 1);
  ByteInputs inputs = make_byte_inputs(bits, 1);
  pack_triples(inputs);
  ASSERT_EQ(inputs.triples->rows, 4);
  for (Index k = 0; k < 2; ++k) {
    for (Index i = 0; i < 5; ++i) {
      EXPECT_EQ(inputs.triples->row(2 * k)[i], bits(3 * k, i) + 254 * bits(3 * k + 1, i));
      EXPECT_EQ(inputs.triples->row(2 * k + 1)[i], 254 * bits(3 * k, i) + bits(3 * k + 2, i));
    }
  }
}

TEST(ExactOperand, KnowsTheLargestSumOfDigitsOfAColumn) {
  Matrix<float> entries(2, 2, 0.0F);
  entries(0, 0) = 2 * 256 + 100, entries(1, 0) = -100;  // digits 100 and 2, -100 and 0
  entries(0, 1) = -90 * 256 + 5, entries(1, 1) = 31 * 256;
  EXPECT_EQ(make_exact(entries, 1).digit_limit, 200);
  EXPECT_EQ(make_exact(Matrix<float>(0, 3), 1).digit_limit, 0);
}

TEST(ByteInputs, BytesStayWhatTheyAreAndTheLastRowIsCleared) {
  ByteRows rows(3, 70);
  for (Index v = 0; v < 3; ++v) std::fill_n(rows.row(v), 70, static_cast<std::uint8_t>(v + 254));
  const ByteInputs inputs = make_byte_inputs(std::move(rows));
  EXPECT_EQ(inputs.n_vectors, 2);
  EXPECT_EQ(inputs.offset, 0);
  EXPECT_EQ(inputs.sums, (std::vector<std::int64_t>{70 * 254, 70 * 255}));
  const ByteRows& digit = inputs.digits.front();
  EXPECT_EQ(digit.row(0)[69], 254);
  EXPECT_EQ(digit.row(1)[69], 255);
  for (Index i = 0; i < digit.stride; ++i) EXPECT_EQ(digit.row(2)[i], 0);
}

}  // namespace
}  // namespace ohm
