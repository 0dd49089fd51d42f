// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/tile_kernel.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/gemm.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Bytes, the digits of one panel as they come, and sums with a margin that must stay.
struct Example {
  Index n_digits, n_vectors, n_rows, margin = 3;
  Index stride = panel_columns(n_digits) + margin;
  std::vector<std::uint8_t> bytes = numbers<std::uint8_t>(n_vectors * n_rows, 0, 255);
  std::vector<std::int8_t> panel =
      numbers<std::int8_t>(n_rows / kDotRows * quad_bytes(n_digits), -128, 127);

  template <class T>
  static std::vector<T> numbers(Index count, Index low, Index high) {
    const auto values = integers(1, count, low, high, 3).values;
    return {values.begin(), values.end()};
  }
  std::vector<std::int32_t> sums(auto* add, int shift) const {
    std::vector<std::int32_t> out(static_cast<size_t>(n_vectors * stride), 7);
    add({bytes.data(), n_vectors, n_rows}, {panel.data(), n_rows / kDotRows, n_digits},
        {out.data(), stride, shift});
    return out;
  }
};

class TileKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_int8_tiles()) GTEST_SKIP() << "no tiles in this processor";
  }
};

TEST_F(TileKernel, EqualsTheTwinForEveryNumberOfDigitsAndVectors) {
  for (Index digits = 1; digits <= kMostDotDigits; ++digits) {
    for (const Index vectors : {1, 15, 16, 17, 31, 32, 33, 48, 49, 64}) {
      for (const Index rows : {Index{0}, kTileRows, 3 * kTileRows}) {
        const Example example{digits, vectors, rows};
        for (const int shift : {0, 8}) {
          EXPECT_EQ(example.sums(add_tile_products, shift),
                    example.sums(add_dot_products_plainly, shift))
              << digits << " digits, " << vectors << " vectors, " << rows << " rows";
        }
      }
    }
  }
}

TEST_F(TileKernel, NoVectorsWriteNothing) {
  std::int32_t sum = 7;
  add_tile_products({nullptr, 0, 0}, {nullptr, kTileQuads, 1}, {&sum, 1, 0});
  EXPECT_EQ(sum, 7);
}

TEST_F(TileKernel, ThreadsHaveTilesOfTheirOwn) {
  const Example example{2, 40, kTileRows};
  const auto expected = example.sums(add_dot_products_plainly, 0);
  std::vector<std::vector<std::int32_t>> found(4);
  std::vector<std::thread> threads;
  for (auto& one : found) {
    threads.emplace_back([&one, &example] {
      for (int k = 0; k < 50; ++k) one = example.sums(add_tile_products, 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& one : found) EXPECT_EQ(one, expected);
}

}  // namespace
}  // namespace ohm
