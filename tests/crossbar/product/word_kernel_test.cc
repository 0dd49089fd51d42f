// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/word_kernel.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

/// The bytes of numbers, 256^digit each: the low one signed or not.
template <class Byte>
std::vector<Byte> digits_of(const Matrix<std::int32_t>& words, int digit) {
  std::vector<Byte> bytes;
  for (std::int32_t word : words.values) {
    const auto low = static_cast<Byte>(word);
    bytes.push_back(digit == 0 ? low : static_cast<Byte>((word - low) / 256));
  }
  return bytes;
}

/// Two panels of words, and what is multiplied with them.
struct Example {
  Index n_vectors, n_rows, n_columns = 2 * kWordColumns;
  Matrix<std::int32_t> entries = integers(n_rows, n_columns, kSmallestWord + 128, 32639, 1);
  Matrix<std::int32_t> values = integers(n_vectors, n_rows, 0, kLargestWord, 2);

  std::uint32_t sum(Index v, Index j) const {
    std::uint32_t sum = 0;
    for (Index i = 0; i < n_rows; ++i) {
      sum += static_cast<std::uint32_t>(values(v, i) * entries(i, j));
    }
    return sum;
  }
  std::vector<std::int8_t> panels() const {
    const auto low = digits_of<std::int8_t>(entries, 0), high = digits_of<std::int8_t>(entries, 1);
    const Index n_runs = n_columns / kDotColumns;
    std::vector<std::int8_t> panels(static_cast<size_t>(n_rows * n_columns * kWordBytes));
    fill_word_panels({low.data(), n_columns, n_rows, n_runs},
                     {high.data(), n_columns, n_rows, n_runs}, panels.data());
    return panels;
  }
  std::vector<std::int16_t> words() const {
    const auto low = digits_of<std::uint8_t>(values, 0), high = digits_of<std::uint8_t>(values, 1);
    std::vector<std::int16_t> words(low.size());
    join_bytes(low.data(), high.data(), std::ssize(words), words.data());
    return words;
  }
};

using Kernel = void(const DotVectors&, const DotPanel&, const DotOutput&);

/// Sums further apart than columns need.
void expect_sums(const Example& e, Kernel* add = add_word_products) {
  const auto words = e.words();
  const auto panels = e.panels();
  const Index panel_bytes = e.n_rows * kWordColumns * kWordBytes, stride = e.n_columns + 5;
  for (const int shift : {0, 8}) {
    std::vector<std::int32_t> out(static_cast<size_t>(e.n_vectors * stride), 7);
    for (Index p = 0; p < 2; ++p) {
      add({reinterpret_cast<const std::uint8_t*>(words.data()), e.n_vectors, e.n_rows * kWordBytes},
          {panels.data() + p * panel_bytes, e.n_rows / kWordRows, 1},
          {out.data() + p * kWordColumns, stride, shift});
    }
    for (Index v = 0; v < e.n_vectors; ++v) {
      for (Index j = 0; j < stride; ++j) {
        const std::uint32_t sum =
            j >= e.n_columns ? 7 : (shift == 0 ? 0 : 7) + (e.sum(v, j) << shift);
        ASSERT_EQ(out[static_cast<size_t>(v * stride + j)], static_cast<std::int32_t>(sum))
            << e.n_rows << " rows, vector " << v << ", column " << j;
      }
    }
  }
}

TEST(WordKernel, EqualsIntegerArithmeticOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index vectors : {0, 1, 3, 4, 6, 8, 17}) {
      for (const Index rows : {0, 4, 8, 256}) expect_sums({vectors, rows});
    }
  });
}

TEST(WordKernel, TheLargestProductsDoNotSaturateOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index entry : {kSmallestWord, Index{32639}}) {
      Example example{6, 8};
      std::ranges::fill(example.entries.values, static_cast<std::int32_t>(entry));
      std::ranges::fill(example.values.values, static_cast<std::int32_t>(kLargestWord));
      expect_sums(example);
    }
  });
}

TEST(WordKernel, TheTwinEqualsIntegerArithmeticToo) {
  for (const Index rows : {0, 8, 64}) expect_sums({5, rows}, add_word_products_plainly);
}

TEST(WordKernel, OneByteIsAWordOfItsOwn) {
  on_every_instruction_set([] {
    const Index n_rows = 4, stride = kWordColumns + 3;
    const auto digits = integers(n_rows, stride, -128, 127, 3);
    const std::vector<std::int8_t> bytes(digits.values.begin(), digits.values.end());
    std::vector<std::int8_t> panel(static_cast<size_t>(n_rows * kWordColumns * kWordBytes));
    fill_word_panels({bytes.data(), stride, n_rows, kWordRuns}, {}, panel.data());
    const auto* words = reinterpret_cast<const std::int16_t*>(panel.data());
    for (Index i = 0; i < n_rows; ++i) {
      for (Index j = 0; j < kWordColumns; ++j) {
        EXPECT_EQ(words[(i / 2 * kWordColumns + j) * 2 + i % 2], digits(i, j));
      }
    }
  });
  const std::uint8_t unsigned_bytes[] = {0, 127, 128, 255};
  std::int16_t words[4];
  join_bytes(unsigned_bytes, nullptr, 4, words);
  EXPECT_EQ(std::vector<int>(words, words + 4), (std::vector<int>{0, 127, 128, 255}));
}

}  // namespace
}  // namespace ohm
