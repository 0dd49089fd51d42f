// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_plan.h"

#include <gtest/gtest.h>

#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

constexpr Request kFive{true, 3, 5, 1};

/// Tiles 0 and 1 work in the first step, 1 and 2 in the third, 4 and 5 in the fourth.
TokenPlan four_steps() {
  TokenPlan plan = testing::chain({100, 300, 40, 7});
  plan.gating = {{{0, 1}, {}, {1, 2}, {4, 5}}, {0, 1, 2, 3, 4, 5}, true, 20, 50};
  return plan;
}

TEST(GatedPlan, PowersEveryTileAsAGateOfItsOwnWould) {
  const TokenPlan plan = four_steps();
  const GatedPlan gated = gate_alike(plan, plan.gating);
  const Gated each = schedule(plan, kFive).gated;
  const Schedule s = schedule(gated.plan, kFive);
  EXPECT_EQ(s.makespan, schedule(plan, kFive).makespan);
  ASSERT_EQ(gated.gates.size(), 6u);
  for (size_t tile = 0; tile < 6; ++tile) {
    ASSERT_EQ(gated.gates[tile].size(), 1u);
    const size_t gate = gated.gates[tile].front();
    EXPECT_EQ(s.gated.off[gate], each.off[tile]) << tile;
    EXPECT_EQ(s.gated.woken[gate], each.woken[tile]) << tile;
  }
}

TEST(GatedPlan, HasOneGateForTilesThatWorkInTheSameSteps) {
  const TokenPlan plan = four_steps();
  const GatedPlan gated = gate_alike(plan, plan.gating);
  EXPECT_EQ(gated.plan.gating.tiles.size(), 5u);  // of six tiles, one of which never works
  EXPECT_EQ(gated.gates[4], gated.gates[5]);
  EXPECT_NE(gated.gates[0], gated.gates[1]);
  EXPECT_EQ(schedule(gated.plan, kFive).gated.woken[gated.gates[3].front()], 0);
}

/// Behind a pass in which only tile 4 of both worked, they are powered at different times.
TEST(GatedPlan, TilesThatWereLeftUnlikeHaveGatesOfTheirOwn) {
  TokenPlan first = four_steps();
  first.gating.tiles_of.back() = {4};
  TokenPlan plan = four_steps();
  plan.gating.before = schedule(first, kFive).gated.after;
  const GatedPlan gated = gate_alike(plan, plan.gating);
  EXPECT_NE(gated.gates[4], gated.gates[5]);
  const Gated each = schedule(plan, kFive).gated;
  const Gated alike = schedule(gated.plan, kFive).gated;
  for (size_t tile = 0; tile < 6; ++tile) {
    const size_t gate = gated.gates[tile].front();
    EXPECT_EQ(alike.off[gate], each.off[tile]) << tile;
    EXPECT_EQ(alike.after.gates[gate], each.after.gates[tile]) << tile;
  }
  EXPECT_EQ(alike.waited, each.waited);
}

/// The kept layers know the third step's tiles as those of the first one.
TEST(GatedPlan, ListsCopiesOfATileBehindIt) {
  TokenPlan plan = four_steps();
  plan.gating.tiles_of[2] = {6, 7};
  GatingRule kept = plan.gating;
  kept.tiles_of[2] = kept.tiles_of[0];
  const GatedPlan gated = gate_alike(plan, kept);
  ASSERT_EQ(gated.gates.size(), 6u);
  EXPECT_EQ(gated.gates[0].size(), 2u);
  EXPECT_EQ(gated.gates[1].size(), 2u);
  EXPECT_NE(gated.gates[0][0], gated.gates[0][1]);
  const Gated each = schedule(gated.plan, kFive).gated;
  EXPECT_EQ(each.off[gated.gates[0][1]], schedule(four_steps(), kFive).gated.off[2]);
}

}  // namespace
}  // namespace ohm
