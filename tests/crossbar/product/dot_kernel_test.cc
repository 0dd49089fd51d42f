// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/dot_kernel.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

/// Three panels of digits, and what is multiplied with them.
struct Example {
  Index n_digits, n_vectors, n_rows;
  Index n_columns = 3 * panel_columns(n_digits);
  Matrix<std::int32_t> digits = integers(n_digits * n_rows, n_columns, -128, 127, 1);
  Matrix<std::int32_t> bytes = integers(n_vectors, n_rows, 0, 255, 2);

  std::uint32_t sum(Index v, Index j) const {
    std::uint32_t sum = 0;
    for (Index d = 0; d < n_digits; ++d) {
      std::int32_t part = 0;
      for (Index i = 0; i < n_rows; ++i) part += bytes(v, i) * digits(d * n_rows + i, j);
      sum += static_cast<std::uint32_t>(part) << (8 * d);
    }
    return sum;
  }
};

using Kernel = void(const DotVectors&, const DotPanel&, const DotOutput&);

/// Rows further apart than columns need, in both operands and in the sums.
void expect_sums(const Example& e, Kernel* add = add_dot_products) {
  const std::vector<std::int8_t> digits(e.digits.values.begin(), e.digits.values.end());
  const Index panel_bytes = e.n_rows / kDotRows * quad_bytes(e.n_digits), stride = e.n_columns + 5;
  std::vector<std::int8_t> panels(static_cast<size_t>(3 * panel_bytes));
  for (Index d = 0; d < e.n_digits; ++d) {
    const std::int8_t* first = digits.data() + d * e.n_rows * e.n_columns;
    fill_panels({first, e.n_columns, e.n_rows, e.n_columns / kDotColumns}, d, e.n_digits,
                panels.data());
  }
  const std::vector<std::uint8_t> bytes(e.bytes.values.begin(), e.bytes.values.end());
  const auto of_columns = integers(1, e.n_columns, -1'000'000, 1'000'000, 3);
  const auto of_vectors = integers(1, e.n_vectors, -1'000'000, 1'000'000, 4);
  for (const int shift : {0, 8}) {
    std::vector<std::int32_t> out(static_cast<size_t>(e.n_vectors * stride), 7);
    for (Index p = 0; p < 3; ++p) {
      add({bytes.data(), e.n_vectors, e.n_rows},
          {panels.data() + p * panel_bytes, e.n_rows / kDotRows, e.n_digits},
          DotOutput{out.data(), stride, shift, of_columns.values.data(), of_vectors.values.data()}
              .from(0, p * panel_columns(e.n_digits)));
    }
    for (Index v = 0; v < e.n_vectors; ++v) {
      for (Index j = 0; j < stride; ++j) {
        const auto added =
            j < e.n_columns ? static_cast<std::uint32_t>(of_columns(0, j) + of_vectors(0, v)) : 0U;
        const std::uint32_t sum =
            j >= e.n_columns ? 7 : (shift == 0 ? added : 7) + (e.sum(v, j) << shift);
        EXPECT_EQ(out[static_cast<size_t>(v * stride + j)], static_cast<std::int32_t>(sum))
            << e.n_digits << " digits, vector " << v << ", column " << j;
      }
    }
  }
}

TEST(DotKernel, EqualsIntegerArithmeticForEveryNumberOfDigitsOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (Index digits = 1; digits <= kMostDotDigits; ++digits) {
      for (const Index vectors : {1, 3, 6, 8, 17, 32, 33, 70}) {
        expect_sums({digits, vectors, 24});
        expect_sums({digits, vectors, 128});
      }
    }
  });
}

TEST(DotKernel, PanelsTakeTilesOnlyWhereThereAreSomeAndEnoughRows) {
  on_every_instruction_set([] {
    for (const Index rows : {0, 1, 8, 32}) EXPECT_EQ(panel_rows(rows), 8);
    for (const Index rows : {33, 64, 4096}) EXPECT_EQ(panel_rows(rows), uses_tiles() ? 64 : 8);
    EXPECT_TRUE(has_dot_products() || !uses_tiles());
  });
}

TEST(DotKernel, WorstCaseProductsDoNotSaturateOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index rows : {248, 256}) {
      Example example{1, 6, rows};
      std::ranges::fill(example.digits.values, -128);
      std::ranges::fill(example.bytes.values, 255);
      expect_sums(example);
    }
  });
}

/// Three vectors of bits from two of bytes, against sums of their own.
void expect_triples(Example e, Kernel* add = add_dot_triples) {
  for (std::int32_t& bit : e.bytes.values) bit &= 1;
  const std::vector<std::int8_t> digits(e.digits.values.begin(), e.digits.values.end());
  const Index panel_bytes = e.n_rows / kDotRows * quad_bytes(e.n_digits);
  std::vector<std::int8_t> panels(static_cast<size_t>(3 * panel_bytes));
  for (Index d = 0; d < e.n_digits; ++d) {
    fill_panels({digits.data() + d * e.n_rows * e.n_columns, e.n_columns, e.n_rows,
                 e.n_columns / kDotColumns},
                d, e.n_digits, panels.data());
  }
  std::vector<std::uint8_t> packed;
  for (Index v = 0; v < e.n_vectors; v += 3) {
    for (Index i = 0; i < e.n_rows; ++i) {
      packed.push_back(static_cast<std::uint8_t>(e.bytes(v, i) + 254 * e.bytes(v + 1, i)));
    }
    for (Index i = 0; i < e.n_rows; ++i) {
      packed.push_back(static_cast<std::uint8_t>(254 * e.bytes(v, i) + e.bytes(v + 2, i)));
    }
  }
  std::vector<std::int32_t> out(static_cast<size_t>(e.n_vectors * e.n_columns), 7);
  for (Index p = 0; p < 3; ++p) {
    add({packed.data(), e.n_vectors / 3 * 2, e.n_rows},
        {panels.data() + p * panel_bytes, e.n_rows / kDotRows, e.n_digits},
        {out.data() + p * panel_columns(e.n_digits), e.n_columns, 0});
  }
  for (Index v = 0; v < e.n_vectors; ++v) {
    for (Index j = 0; j < e.n_columns; ++j) {
      ASSERT_EQ(out[static_cast<size_t>(v * e.n_columns + j)],
                static_cast<std::int32_t>(e.sum(v, j)))
          << e.n_digits << " digits, vector " << v << ", column " << j;
    }
  }
}

TEST(DotKernel, TriplesOfBitsAreToldApartOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (Index digits = 1; digits <= kMostDotDigits; ++digits) {
      for (const Index vectors : {0, 3, 6, 9, 12, 21, 48}) expect_triples({digits, vectors, 200});
    }
  });
}

TEST(DotKernel, TriplesAreToldApartUpToTheirLimit) {
  on_every_instruction_set([] {
    for (const std::int32_t sign : {1, -1}) {
      Example e{2, 24, 248};  // vectors of all ones and of none in every order
      for (Index v = 0; v < 24; ++v) {
        for (Index i = 0; i < 248; ++i) e.bytes(v, i) = v / 3 >> v % 3 & 1;
      }
      for (Index d = 0; d < 2; ++d) {
        for (Index i = 0; i < 248; ++i) {
          const std::int32_t digit = i < 244 ? 127 : i == 244 ? 12 : 0;  // 31000 in all
          for (Index j = 0; j < e.n_columns; ++j) {
            e.digits(d * 248 + i, j) = j % 3 == 0 ? 0 : j % 3 == 1 ? sign * digit : digit;
          }
        }
      }
      expect_triples(e);
    }
  });
}

TEST(DotKernel, TheTwinsEqualIntegerArithmeticToo) {
  for (Index digits = 1; digits <= kMostDotDigits; ++digits) {
    for (const Index rows : {8, 64}) expect_sums({digits, 5, rows}, add_dot_products_plainly);
    expect_triples({digits, 6, 24}, add_dot_triples_plainly);
  }
}

TEST(DotKernel, NoRowsSumToZero) {
  std::vector<std::int32_t> out(static_cast<size_t>(panel_columns(2)), 7);
  const std::uint8_t none = 0;
  add_dot_products({&none, 1, 0}, {nullptr, 0, 2}, {out.data(), panel_columns(2), 0});
  EXPECT_EQ(out, std::vector<std::int32_t>(out.size(), 0));
}

}  // namespace
}  // namespace ohm
