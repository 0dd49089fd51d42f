// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/plane_product.h"

#include <gtest/gtest.h>

#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

Matrix<float> as_floats(const Matrix<std::int32_t>& m) {
  Matrix<float> out(m.rows, m.cols);
  std::copy(m.values.begin(), m.values.end(), out.values.begin());
  return out;
}

struct Case {
  Index vectors, rows, columns, low, high;
};

void expect_exact(const Case& c) {
  const auto x = integers(c.vectors, c.rows, 0, 1, 1);
  const auto entries = integers(c.rows, c.columns, c.low, c.high, 2);
  std::vector<std::int32_t> out(static_cast<size_t>(c.vectors * c.columns));
  TableScratch scratch;
  plane_product(pack_planes(make_byte_inputs(x)), make_exact(as_floats(entries), 1), {0, c.rows},
                {0, c.columns}, scratch, out);
  const auto expected = integer_product(x, entries);
  EXPECT_EQ(std::vector<double>(out.begin(), out.end()), expected.values)
      << c.vectors << " x " << c.rows << " x " << c.columns << ", entries " << c.low << " to "
      << c.high;
}

TEST(PlaneProduct, EqualsIntegerArithmeticForEveryShapeAndSizeOfNumbers) {
  for (const Index vectors : {1, 7, 64}) {
    for (const Index rows : {1, 5, 6, 7, 23, 24, 25, 128, 256, 300}) {
      for (const Index columns : {1, 15, 16, 17, 33, 64}) {
        expect_exact({vectors, rows, columns, -3, 3});
        expect_exact({vectors, rows, columns, -32639, 32639});
      }
    }
  }
  expect_exact({9, 256, 200, -5, 5});
  expect_exact({9, 256, 40, 0, 255});
  expect_exact({9, 256, 40, -300, -60});
  expect_exact({9, 100, 40, -8000000, 8000000});
}

TEST(PlaneProduct, WorstCaseSumsJustInsideAndJustOutside16BitsAreExact) {
  for (const std::int32_t entry : {127, 128, -127, -128}) {  // 258 rows: 32766 and 33024
    const Matrix<std::int32_t> ones(3, 258, 1), entries(258, 33, entry);
    std::vector<std::int32_t> out(3 * 33);
    TableScratch scratch;
    plane_product(pack_planes(make_byte_inputs(ones)), make_exact(as_floats(entries), 1), {0, 258},
                  {0, 33}, scratch, out);
    for (const std::int32_t sum : out) EXPECT_EQ(sum, 258 * entry);
  }
}

TEST(PlaneProduct, WorstCaseSumsJustInsideAndJustOutside8BitsAreExact) {
  for (const std::int32_t entry : {5, 6, -5, -6}) {  // 24 rows: 120 and 144
    const Matrix<std::int32_t> ones(3, 100, 1), entries(100, 65, entry);
    std::vector<std::int32_t> out(3 * 65);
    TableScratch scratch;
    plane_product(pack_planes(make_byte_inputs(ones)), make_exact(as_floats(entries), 1), {0, 100},
                  {0, 65}, scratch, out);
    for (const std::int32_t sum : out) EXPECT_EQ(sum, 100 * entry);
  }
}

TEST(PlaneProduct, SmallEntriesOfColumnsWhoseSumsPass16BitsAreExact) {
  const Index rows = 11'000;  // sums of 33'000
  const Matrix<std::int32_t> ones(2, rows, 1), entries(rows, 3, 3);
  std::vector<std::int32_t> out(2 * 3);
  TableScratch scratch;
  plane_product(pack_planes(make_byte_inputs(ones)), make_exact(as_floats(entries), 1), {0, rows},
                {0, 3}, scratch, out);
  for (const std::int32_t sum : out) EXPECT_EQ(sum, 33'000);
}

TEST(PlaneProduct, UsesOnlyTheRowsAndColumnsAsked) {
  const auto entries = integers(40, 50, -20000, 20000, 5);
  const auto operand = make_exact(as_floats(entries), 1);
  std::vector<std::int32_t> out(20);
  TableScratch scratch;
  plane_product(pack_planes(make_byte_inputs(Matrix<std::int32_t>(1, 9, 1))), operand, {30, 9},
                {21, 20}, scratch, out);
  for (Index j = 0; j < 20; ++j) {
    std::int32_t sum = 0;
    for (Index i = 30; i < 39; ++i) sum += entries(i, 21 + j);
    EXPECT_EQ(out[static_cast<size_t>(j)], sum);
  }
}

TEST(PlaneProduct, EmptyOperandsGiveEmptyProducts) {
  TableScratch scratch;
  plane_product(pack_planes(make_byte_inputs(Matrix<std::int32_t>(0, 5))),
                make_exact(Matrix<float>(5, 3), 1), {0, 5}, {0, 3}, scratch, {});
  std::vector<std::int32_t> out(2, 7);
  plane_product(pack_planes(make_byte_inputs(Matrix<std::int32_t>(2, 0))),
                make_exact(Matrix<float>(0, 1), 1), {0, 0}, {0, 1}, scratch, out);
  EXPECT_EQ(out, (std::vector<std::int32_t>{0, 0}));
}

}  // namespace
}  // namespace ohm
