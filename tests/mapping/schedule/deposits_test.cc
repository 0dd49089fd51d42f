// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/deposits.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Three steps one after the other; the first two leave 10 and 4 bytes on tile 0, the last 7 on 1.
TokenPlan three() {
  TokenPlan plan = testing::chain({5, 5, 5});
  plan.steps[0].deposits = {{0, 10}};
  plan.steps[1].deposits = {{0, 4}};
  plan.steps[2].deposits = {{1, 7}};
  plan.space = {100, 100};
  return plan;
}

TEST(Deposits, AreFreeWhenTheStepsThatFollowHaveEnded) {
  const PlanDeposits made = deposits_of(three());
  EXPECT_EQ(made.readers[0], (std::vector<Index>{1}));
  EXPECT_EQ(made.reads[1], (std::vector<Index>{0}));
  EXPECT_TRUE(made.readers[2].empty());
}

TEST(Deposits, OfATokenNeedWhatCanBeThereAtOnce) {
  const PlanDeposits made = deposits_of(three());
  ASSERT_EQ(made.stays.size(), 2u);
  EXPECT_EQ(made.stays[0].need, 14);  // the second is written while the first is read
  EXPECT_EQ(made.stays[1].need, 7);
  TokenPlan plan = three();
  plan.steps[2].deposits = {{0, 7}};
  EXPECT_EQ(deposits_of(plan).stays[0].need, 14);  // 10 are gone when 7 come
  plan.steps[2].after = {0};
  EXPECT_EQ(deposits_of(plan).stays[0].need, 21);  // both read the 10
}

TEST(Deposits, PassThroughStepsThatOnlyJoin) {
  TokenPlan plan = three();
  plan.steps[1].claims.clear();
  plan.steps[1].deposits.clear();
  plan.steps[1].latency = 0;
  EXPECT_EQ(deposits_of(plan).readers[0], (std::vector<Index>{2}));
}

TEST(Deposits, OfCopiesThatTakeTurnsCountOnce) {
  TokenPlan plan = testing::chain({5, 5, 5});
  for (Index turn = 0; turn < 2; ++turn) {
    Step& copy = plan.steps[static_cast<size_t>(turn)];
    copy.turns = 2;
    copy.turn = turn;
    copy.action = "mvm";
    copy.vertex = 3;
    copy.after.clear();
    copy.deposits = {{0, 10 + turn}};
  }
  plan.steps[2].after = {0, 1};
  plan.space = {100};
  EXPECT_EQ(deposits_of(plan).stays[0].need, 11);
}

TEST(Deposits, CountPhasesByBarriers) {
  TokenPlan plan = three();
  plan.steps[0].deposits.clear();
  plan.steps[1].order = StepOrder::barrier;
  plan.steps[1].gate = 0;
  EXPECT_EQ(phases_of(plan), (std::vector<Index>{0, 1, 1}));
  EXPECT_EQ(deposits_of(plan).stays[0].phase, 1);
}

TEST(Deposits, RefuseToBeReadBehindABarrier) {
  TokenPlan plan = three();
  plan.steps[1].order = StepOrder::barrier;
  plan.steps[1].gate = 0;
  EXPECT_THROW(deposits_of(plan), ArgumentError);
}

TEST(Deposits, AlwaysFitWhereTokensOnTheirWayCannotFillATile) {
  TokenPlan plan = three();
  EXPECT_TRUE(always_fits(plan, {true, 7, 5, 1}));  // 7 × 14 bytes
  EXPECT_FALSE(always_fits(plan, {true, 8, 5, 1}));
  EXPECT_FALSE(always_fits(plan, {true, 4, 5, 2}));
  plan.space = {1, 1};
  EXPECT_TRUE(always_fits(plan, {true, 1, 50, 1}));  // one token finds an empty chip
  plan.space.clear();
  EXPECT_TRUE(always_fits(plan, {true, 800, 5, 9}));
}

/// A decoder's token on one tile, by hand: the residual stream, and what its widest matrix takes.
TEST(Deposits, OfATransformerAreTheVectorsOnTheirWay) {
  const Mapping mapping =
      map_network(build_network(testing::tiny_gpt()),
                  testing::shipped_chip({testing::with("buffer.when_full", "wait")}));
  const TokenPlan plan = plan_tokens(mapping, {true, 4, 1, 1});
  std::int64_t most = 0;
  for (const Stay& stay : deposits_of(plan).stays) most = std::max(most, stay.need);
  // up's results and their activation, 128 × 2 bytes each, beside the stream of 32 × 2
  EXPECT_GE(most, 2 * 256 + 64);
  EXPECT_LE(most, 3000);
}

}  // namespace
}  // namespace ohm
