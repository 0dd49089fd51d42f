// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/power_gates.h"

#include <gtest/gtest.h>

#include <limits>

#include "mapping/schedule/append.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Tile 0 works 100 ps per token, then waits `gap` for something that is always on.
TokenPlan waiting(Picoseconds gap, bool ahead) {
  TokenPlan plan = testing::chain({100, gap});
  plan.gating = {{{0}, {}}, {0}, ahead, 20, 50};
  return plan;
}

constexpr Request kThree{true, 1, 3, 1};  // tokens, one after the other

TEST(PowerGates, AGapOfTheBreakEvenTimeIsNotGated) {
  for (const Picoseconds gap : {49, 50}) {
    const Schedule s = schedule(waiting(gap, true), kThree);
    EXPECT_EQ(s.makespan, 20 + 3 * (100 + gap));
    EXPECT_EQ(s.gated.wake_ups, 1);
    EXPECT_EQ(s.gated.off, std::vector<Picoseconds>{gap}) << "after the last step";
  }
}

TEST(PowerGates, ALongerGapIsGatedButForTheWakeUp) {
  const Schedule s = schedule(waiting(51, true), kThree);
  EXPECT_EQ(s.makespan, 20 + 3 * 151);
  EXPECT_EQ(s.gated.wake_ups, 3);
  EXPECT_EQ(s.gated.off, std::vector<Picoseconds>{2 * (51 - 20) + 51});
  EXPECT_EQ(s.gated.waited, 20);
  EXPECT_EQ(s.stalls.at("wake_up"), 20);
}

/// What layers left out take of a token passes in tiles of their own.
TEST(PowerGates, ATileIsOffWhileATokenIsInLayersThatItStandsFor) {
  TokenPlan plan = testing::chain({10, 100, 10});
  plan.gating = {{{}, {0}, {}}, {0}, true, 20, 50};
  const Generation five{{{0, 1, 5}}, {}};
  const Schedule s = schedule_generated(plan, kThree, {}, five);
  EXPECT_EQ(s.makespan, 10 + 2 * (10 + 6 * 100 + 10) + 5 * 10);  // once it waits 10 to wake
  EXPECT_EQ(s.gated.wake_ups, 2);
  EXPECT_EQ(s.gated.off, std::vector<Picoseconds>{s.makespan - 2 * (20 + 100)});
}

TEST(PowerGates, OnDemandEveryWakeUpDelaysItsStep) {
  const Schedule s = schedule(waiting(51, false), kThree);
  EXPECT_EQ(s.makespan, 3 * (20 + 151));
  EXPECT_EQ(s.gated.wake_ups, 3);
  EXPECT_EQ(s.gated.off, std::vector<Picoseconds>{3 * 51});
  EXPECT_EQ(s.gated.waited, 60);
  EXPECT_GE(s.makespan, s.bounds.lower());
  const Schedule kept_on = schedule(waiting(50, false), kThree);
  EXPECT_EQ(kept_on.makespan, 20 + 3 * 150);
}

TEST(PowerGates, WakingInNoTimeChangesNoTime) {
  for (const bool ahead : {true, false}) {
    TokenPlan plan = testing::chain({7, 31, 5, 90});
    const Schedule without = schedule(plan, {true, 4, 9, 3});
    plan.gating = {{{0}, {1}, {0, 2}, {}}, {0, 1, 2}, ahead, 0, 0};
    const Schedule with = schedule(plan, {true, 4, 9, 3});
    EXPECT_EQ(with.makespan, without.makespan);
    EXPECT_EQ(with.ttft, without.ttft);
    EXPECT_EQ(with.stalls, without.stalls);
    EXPECT_GT(with.gated.wake_ups, 3);
    // gated whenever nothing on it is ready
    for (size_t t = 0; t < 3; ++t) EXPECT_LT(with.gated.off[t], with.makespan);
  }
}

TEST(PowerGates, ATileOfSeveralResourcesWakesOnce) {
  TokenPlan plan = testing::chain({10});
  plan.resources.push_back({ResourceKind::attention, 0, "also on tile 0"});
  plan.steps[0].claims.push_back({1, 0, 10});
  plan.gating = {{{0, 1}, {0}}, {0, 1}, false, 5, 0};
  const Schedule s = schedule(plan, {true, 1, 1, 1});
  EXPECT_EQ(s.gated.wake_ups, 2);
  EXPECT_EQ(s.makespan, 15);
  EXPECT_EQ(s.gated.off, (std::vector<Picoseconds>{0, 0}));
}

TEST(PowerGates, ATileThatNothingUsesIsOffThroughout) {
  TokenPlan plan = testing::chain({10});
  plan.gating = {{{0}}, {0, 4}, true, 0, std::numeric_limits<Picoseconds>::max()};
  const Schedule s = schedule(plan, {true, 5, 1, 1});
  EXPECT_EQ(s.gated.off, (std::vector<Picoseconds>{0, 50}));
  EXPECT_EQ(s.gated.wake_ups, 1);
}

/// Two passes of a token each are the two tokens of one pass.
TEST(PowerGates, APassFindsTilesAsTheOneBeforeItLeftThem) {
  for (const bool ahead : {true, false}) {
    for (const Picoseconds gap : {5, 49, 50, 51, 500}) {
      TokenPlan plan = waiting(gap, ahead);
      const Schedule one = schedule(plan, {true, 1, 2, 1});
      Schedule two;
      for (int pass = 0; pass < 2; ++pass) {
        plan.gating.before = two.gated.after;
        append(schedule(plan, {true, 1, 1, 1}), two);
      }
      EXPECT_EQ(two.makespan, one.makespan) << ahead << gap;
      EXPECT_EQ(two.gated.off, one.gated.off) << ahead << gap;
      EXPECT_EQ(two.gated.woken, one.gated.woken) << ahead << gap;
      EXPECT_EQ(two.gated.wake_ups, one.gated.wake_ups) << ahead << gap;
      EXPECT_EQ(two.gated.waited, one.gated.waited) << ahead << gap;
    }
  }
}

/// Tiles that only the second pass needs wake while the first one is on.
TEST(PowerGates, APassThatFollowsWakesItsTilesBeforeItBegins) {
  for (const bool ahead : {true, false}) {
    const Schedule first = schedule(waiting(50, ahead), {true, 1, 1, 1});
    EXPECT_EQ(first.makespan, 20 + 150);
    TokenPlan plan = waiting(50, ahead);
    plan.gating.tiles_of.front() = {7};
    plan.gating.tiles = {0, 7};
    plan.gating.before = first.gated.after;
    const Schedule s = schedule(plan, {true, 1, 1, 1});
    EXPECT_EQ(s.makespan, (ahead ? 0 : 20) + 150);
    EXPECT_EQ(s.gated.woken, (std::vector<std::int64_t>{0, 1}));
    // off in both passes but while it wakes and works
    EXPECT_EQ(first.makespan + s.gated.off.back(), first.makespan + s.makespan - (20 + 100));
  }
}

TEST(PowerGates, WithoutARuleNothingIsGated) {
  const Schedule s = schedule(testing::chain({10, 1000}), kThree);
  EXPECT_TRUE(s.gated.off.empty());
  EXPECT_EQ(s.gated.wake_ups, 0);
  EXPECT_EQ(s.stalls.count("wake_up"), 0u);
}

}  // namespace
}  // namespace ohm
