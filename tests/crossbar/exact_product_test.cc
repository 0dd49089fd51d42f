// SPDX-License-Identifier: Apache-2.0
#include "crossbar/exact_product.h"

#include <gtest/gtest.h>

#include "core/random.h"

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

}  // namespace
}  // namespace ohm
