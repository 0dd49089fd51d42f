// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/bounds.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(Bounds, OfAChainAreItsLengthAndItsSlowestStage) {
  const TokenPlan plan = testing::chain({5, 20, 7});
  const Bounds one = lower_bounds(plan, {true, 1, 1, 1});
  EXPECT_EQ(one.critical_path, 32);
  EXPECT_EQ(one.busiest, 20);
  const Bounds many = lower_bounds(plan, {true, 10, 1, 1});
  EXPECT_EQ(many.busiest, 200);
  EXPECT_EQ(many.lower(), 200);
}

TEST(Bounds, GeneratedTokensFollowEachOther) {
  EXPECT_EQ(critical_path(testing::chain({5, 20, 7}), {true, 1, 4, 1}), 4 * 32);
}

TEST(Bounds, TakeTheLongerOfTwoBranches) {
  TokenPlan plan = testing::chain({5, 20, 7});
  plan.steps[2].after = {0};  // beside step 1 instead of behind it
  EXPECT_EQ(critical_path(plan, {true, 1, 1, 1}), 25);
}

TEST(Bounds, ABarrierWaitsForTheLastToken) {
  TokenPlan plan = testing::chain({5, 20, 7});
  plan.steps[0].order = StepOrder::in_order;
  plan.steps[2].order = StepOrder::barrier;
  plan.steps[2].gate = 1;
  // tokens enter 5 apart: the third has passed step 1 at 3 × 5 + 20
  EXPECT_EQ(critical_path(plan, {false, 3, 0, 1}), 3 * 5 + 20 + 7);
}

}  // namespace
}  // namespace ohm
