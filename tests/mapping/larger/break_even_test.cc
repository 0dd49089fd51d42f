// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/break_even.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ohm {
namespace {

TEST(BreakEven, IsWhereBothCostTheSame) {
  const PassCost first{27.0, 1e-3}, second{0.2, 11e-3};
  const double tokens = break_even(first, second);
  EXPECT_NEAR(tokens, 2680.0, 1e-6);
  EXPECT_NEAR(first.of(tokens), second.of(tokens), 1e-9);
  EXPECT_LT(first.of(tokens + 1), second.of(tokens + 1));
}

TEST(BreakEven, IsNeverWhereEveryTokenCostsMore) {
  EXPECT_TRUE(std::isinf(break_even({1.0, 2.0}, {0.0, 1.0})));
  EXPECT_TRUE(std::isinf(break_even({1.0, 1.0}, {0.0, 1.0})));
}

TEST(BreakEven, IsNeverWhereManyTokensCostMoreOrTheSame) {
  EXPECT_TRUE(std::isinf(break_even({0.0, 2.0}, {1.0, 1.0})));  // cheaper for one token only
  EXPECT_TRUE(std::isinf(break_even({1.0, 0.1 + 0.2}, {0.0, 0.3 * (1.0 + 1e-12)})));
}

TEST(BreakEven, IsAtOnceWhereNothingCostsMore) {
  EXPECT_EQ(break_even({1.0, 1.0}, {2.0, 3.0}), 0.0);
  EXPECT_EQ(break_even({1.0, 1.0}, {1.0, 1.0}), 0.0);
}

}  // namespace
}  // namespace ohm
