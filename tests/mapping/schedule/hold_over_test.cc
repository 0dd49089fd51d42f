// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/hold_over.h"

#include <gtest/gtest.h>

#include "mapping/schedule/deposits.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Step 1 waits until step 0 is done for all; step 2 reads what both have left.
TokenPlan residual() {
  TokenPlan plan = testing::chain({5, 7, 3});
  for (Step& step : plan.steps) step.deposits = {{0, 10}};
  plan.steps[1].order = StepOrder::barrier;
  plan.steps[1].gate = 0;
  plan.steps[2].after = {1, 0};
  plan.space = {1000};
  return plan;
}

TEST(HoldOver, FindsWhatIsReadBehindABarrier) {
  const auto crossings = crossings_of(residual());
  ASSERT_EQ(crossings.size(), 1u);
  EXPECT_EQ(crossings[0].producer, 0);
  EXPECT_EQ(crossings[0].barrier, 1);
  EXPECT_EQ(crossings[0].late, (std::vector<Index>{1, 2}));
  TokenPlan decoder = residual();
  decoder.steps[1].order = StepOrder::free;
  decoder.steps[1].gate = -1;
  EXPECT_TRUE(crossings_of(decoder).empty());
}

TEST(HoldOver, MovesItAwayBeforeTheBarrierAndBackBehindIt) {
  TokenPlan plan = residual();
  plan.resources.push_back({ResourceKind::dram, 0});
  HeldOver way;
  way.spill.claims = {{3, 0, 2}};
  way.spill.latency = 2;
  way.restore.claims = {{3, 0, 4}};
  way.restore.latency = 6;
  const TokenPlan moved = hold_over(plan, crossings_of(plan), {way});
  ASSERT_EQ(moved.steps.size(), 5u);
  EXPECT_EQ(moved.steps[1].action, "spill");
  EXPECT_EQ(moved.steps[1].after, (std::vector<Index>{0}));
  EXPECT_TRUE(moved.steps[1].deposits.empty());
  EXPECT_EQ(moved.steps[2].action, "restore");
  EXPECT_EQ(moved.steps[2].after, (std::vector<Index>{1}));
  EXPECT_EQ(moved.steps[2].gate, 0);
  EXPECT_EQ(moved.steps[2].deposits.front().bytes, 10);
  EXPECT_EQ(moved.steps[3].after, (std::vector<Index>{2}));
  EXPECT_EQ(moved.steps[3].gate, 0);
  EXPECT_EQ(moved.steps[4].after, (std::vector<Index>{3, 2}));
  EXPECT_TRUE(crossings_of(moved).empty());
  // one token that waits for nobody: made, away, back, read, read
  EXPECT_EQ(schedule(moved, {false, 1, 0, 1}).makespan, 5 + 2 + 6 + 7 + 3);
}

TEST(HoldOver, LeavesWhatIsKeptElsewhereWithoutSpace) {
  const TokenPlan plan = residual();
  const TokenPlan kept = hold_over(plan, crossings_of(plan), {{{}, {}, true}});
  ASSERT_EQ(kept.steps.size(), 3u);
  EXPECT_TRUE(kept.steps[0].deposits.empty());
  EXPECT_EQ(kept.steps[2].after, (std::vector<Index>{1, 0}));
  TokenPlan unbounded = plan;
  unbounded.space.clear();
  const Request three{false, 3, 0, 1};
  EXPECT_EQ(schedule(kept, three).makespan, schedule(unbounded, three).makespan);
}

}  // namespace
}  // namespace ohm
