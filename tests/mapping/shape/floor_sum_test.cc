// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/floor_sum.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(FloorSum, EqualsTheSumTermByTerm) {
  for (Index m = 1; m < 9; ++m) {
    for (Index a = 0; a < 12; ++a) {
      for (Index b = 0; b < 12; ++b) {
        std::int64_t sum = 0;
        for (Index n = 0; n < 20; ++n) {
          EXPECT_EQ(floor_sum(n, m, a, b), sum) << n << " " << m << " " << a << " " << b;
          sum += (a * n + b) / m;
        }
      }
    }
  }
}

TEST(FloorSum, OfNothingIsZero) {
  EXPECT_EQ(floor_sum(0, 3, 5, 7), 0);
  EXPECT_EQ(ceil_sum(4, 3, 5, 7), 0);
}

TEST(FloorSum, CeilingsAddUpFromAnyStart) {
  for (Index first = 0; first < 7; ++first) {
    std::int64_t sum = 0;
    for (Index last = first; last < 30; ++last) {
      sum += (5 * last + 3) / 4;
      EXPECT_EQ(ceil_sum(first, last, 5, 4), sum);
    }
  }
}

TEST(FloorSum, LongSumsTakeNoTime) {
  // Σ floor(i / 2), i < 2n
  constexpr Index kHalf = 1'000'000'000;
  EXPECT_EQ(floor_sum(2 * kHalf, 2, 1, 0), kHalf * (kHalf - 1));
}

}  // namespace
}  // namespace ohm
