// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/step_order.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(StepOrderTable, KnowsWhatWaitsForWhatDirectlyOrNot) {
  TokenPlan plan;
  plan.steps.resize(100);
  for (size_t k = 1; k < 90; ++k) plan.steps[k].after = {static_cast<Index>(k) - 1};
  plan.steps[95].after = {3};
  const StepOrderTable order(plan);
  EXPECT_TRUE(order.before(0, 89));
  EXPECT_TRUE(order.before(63, 64));
  EXPECT_TRUE(order.before(3, 95));
  EXPECT_TRUE(order.before(0, 95));
  EXPECT_FALSE(order.before(4, 95));
  EXPECT_FALSE(order.before(89, 0));
  EXPECT_FALSE(order.before(7, 7));
  EXPECT_FALSE(order.before(0, 92));
}

}  // namespace
}  // namespace ohm
