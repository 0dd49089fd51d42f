// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/byte_inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "crossbar/product/dot_kernel.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Value i of vector v, put together from its bytes.
std::int64_t value(const ByteInputs& inputs, Index v, Index i) {
  std::int64_t sum = -std::int64_t{inputs.offset};
  for (size_t d = 0; d < inputs.digits.size(); ++d) {
    sum += std::int64_t{inputs.digits[d].row(v)[i]} << (8 * d);
  }
  return sum;
}

TEST(ByteInputs, BytesMakeUpTheValuesAndTheirSquares) {
  for (const auto& [low, high] : {std::pair{0, 1}, {-127, 127}, {-128, 0}, {-40000, 65535}}) {
    const auto x = integers(7, 77, low, high, 5);
    const IntegerRows part{x.values.data() + 3, 7, 70, 77};
    const ByteInputs values = make_byte_inputs(part), squares = make_square_inputs(part);
    for (Index v = 0; v < 7; ++v) {
      std::int64_t sum = 0, square_sum = 0;
      for (Index i = 0; i < 70; ++i) {
        const std::int64_t expected = x(v, i + 3);
        EXPECT_EQ(value(values, v, i), expected);
        EXPECT_EQ(value(squares, v, i), expected * expected);
        sum += expected, square_sum += expected * expected;
      }
      EXPECT_EQ(values.sums[static_cast<size_t>(v)], sum);
      EXPECT_EQ(squares.sums[static_cast<size_t>(v)], square_sum);
    }
    for (Index i = 0; i < 70; ++i) EXPECT_EQ(value(values, 7, i), 0);  // the offset, less itself
  }
}

TEST(ByteInputs, NoValuesAreNoBytes) {
  EXPECT_EQ(make_byte_inputs(Matrix<std::int32_t>(0, 5)).digits.front().rows, 1);
  EXPECT_EQ(make_square_inputs(Matrix<std::int32_t>(2, 0)).sums, (std::vector<std::int64_t>{0, 0}));
}

TEST(ByteInputs, SignedBytesTakeOneByte) {
  auto x = integers(3, 40, -128, 127, 1);
  x(0, 0) = -128, x(0, 1) = 127;
  EXPECT_EQ(make_byte_inputs(x).digits.size(), 1U);
  x(0, 1) = 128;
  EXPECT_EQ(make_byte_inputs(x).digits.size(), 2U);
  EXPECT_EQ(make_byte_inputs(integers(3, 40, 0, 255, 1)).digits.size(), 1U);
}

TEST(ByteInputs, TheLargestIsThatOfValuesBesideTheOffset) {
  auto x = integers(3, 40, -300, 1000, 1);
  x(2, 7) = -300, x(1, 9) = 1000;
  EXPECT_EQ(make_byte_inputs(x).largest, 1300U);
  EXPECT_EQ(make_byte_inputs(ByteRows(3, 8)).largest, 255U);
}

TEST(ByteInputs, RowsEndInZerosAndStartCacheLinesWhereTheyAreTiled) {
  for (const Index columns : {1, 32, 33, 63, 64, 65}) {
    const bool tiled = uses_tiles() && columns > 32;
    const ByteInputs inputs = make_byte_inputs(integers(3, columns, -5, 300, 1));
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
  ByteInputs inputs = make_byte_inputs(bits);
  pack_triples(inputs);
  ASSERT_EQ(inputs.triples->rows, 4);
  for (Index k = 0; k < 2; ++k) {
    for (Index i = 0; i < 5; ++i) {
      EXPECT_EQ(inputs.triples->row(2 * k)[i], bits(3 * k, i) + 254 * bits(3 * k + 1, i));
      EXPECT_EQ(inputs.triples->row(2 * k + 1)[i], 254 * bits(3 * k, i) + bits(3 * k + 2, i));
    }
  }
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
