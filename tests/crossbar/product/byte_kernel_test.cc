// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/byte_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

TEST(ByteKernel, TheRangeHoldsEveryValueAndZeroOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index columns : {1, 15, 16, 17, 100}) {
      auto x = integers(3, columns, 5, 900, 1);
      EXPECT_EQ(range_of(x).low, 0);
      EXPECT_EQ(range_of(x).high, *std::ranges::max_element(x.values));
      x(2, columns - 1) = -2'000'000'000;
      x(1, 0) = 2'000'000'000;
      EXPECT_EQ(range_of(x).low, -2'000'000'000);
      EXPECT_EQ(range_of(x).high, 2'000'000'000);
      // what lies between the rows is not read
      x(0, 0) = x(1, 0) = 1;
      EXPECT_EQ(range_of({x.values.data(), 3, columns - 1, columns}).low, 0);
    }
    EXPECT_EQ(range_of(Matrix<std::int32_t>(0, 4)).high, 0);
  });
}

TEST(ByteKernel, EveryByteEqualsIntegerArithmeticOnEveryInstructionSet) {
  const auto x = integers(1, 101, -60000, 60000, 2);
  on_every_instruction_set([&] {
    for (const int shift : {0, 8, 16, 24}) {
      std::vector<std::uint8_t> bytes(102, 77), squares(102, 77);
      take_bytes(x.values.data(), 101, 60000, shift, bytes.data());
      take_square_bytes(x.values.data(), 101, shift, squares.data());
      for (size_t i = 0; i < 101; ++i) {
        const std::int64_t value = x.values[i];
        EXPECT_EQ(bytes[i], (value + 60000) >> shift & 255);
        EXPECT_EQ(squares[i], value * value >> shift & 255);
      }
      EXPECT_EQ(bytes[101], 77);
      EXPECT_EQ(squares[101], 77);
      EXPECT_EQ(sum_of_bytes(bytes.data(), 101),
                std::accumulate(bytes.begin(), bytes.end() - 1, std::uint64_t{0}));
    }
    const std::vector<std::uint8_t> largest(100'000, 255);
    EXPECT_EQ(sum_of_bytes(largest.data(), 100'000), 25'500'000U);
  });
}

TEST(ByteKernel, LoadsAddUpOnEveryInstructionSet) {
  auto x = integers(1, 37, -127, 127, 3);
  x(0, 5) = x(0, 36) = 0;
  on_every_instruction_set([&] {
    for (const Load what : {Load::magnitude, Load::square}) {
      std::vector<std::int32_t> load(37, 10), active(37, 20);
      add_loads(x.values.data(), what, 37, load.data(), active.data());
      for (size_t i = 0; i < 37; ++i) {
        const std::int32_t value = x.values[i];
        EXPECT_EQ(load[i], 10 + (what == Load::square ? value * value : std::abs(value)));
        EXPECT_EQ(active[i], 20 + (value != 0 ? 1 : 0));
      }
    }
  });
}

}  // namespace
}  // namespace ohm
