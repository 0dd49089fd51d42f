// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/token_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(TokenPlan, AppliesAgreesWithItsCount) {
  for (const Request& request :
       {Request{true, 5, 4, 1}, Request{true, 1, 1, 1}, Request{false, 7, 0, 1}}) {
    for (const StepTokens tokens :
         {StepTokens::every, StepTokens::first, StepTokens::not_first, StepTokens::generating}) {
      if (tokens == StepTokens::generating && !request.decoder) continue;
      Step step;
      step.tokens = tokens;
      for (Index first = 0; first < request.tokens(); ++first) {
        for (Index last = first - 1; last < request.tokens(); ++last) {
          std::int64_t n = 0;
          for (Index t = first; t <= last; ++t) n += applies(step, request, t) ? 1 : 0;
          EXPECT_EQ(applications(step, request, first, last), n);
        }
      }
    }
  }
}

TEST(TokenPlan, AClaimGrowsAsItsStepOrByItsOwnTime) {
  Step step;
  step.growth = {1, 10, 5, 100};
  const Claim whole{0, 0, 7}, part{1, 0, 7, {}, 0, 3};
  const Picoseconds occupied = step.occupation(9);  // four positions beyond the buffer
  EXPECT_EQ(occupied, 40);
  EXPECT_EQ(step.held(whole, occupied), 7 + 40);
  EXPECT_EQ(step.held(part, occupied), 7 + 12);
  EXPECT_EQ(step.grown(part, 6 * occupied), 6 * 12);  // of six tokens
  EXPECT_EQ(step.held(part, 0), 7);
}

TEST(TokenPlan, GrowthCountsThePositionsOfTheFullestTile) {
  Step step;
  step.growth = {3, 10, 0, 0};
  EXPECT_EQ(step.extra(1), 10);
  EXPECT_EQ(step.extra(3), 10);
  EXPECT_EQ(step.extra(4), 20);
  step.growth = {1, 10, 5, 100};  // beyond a buffer of five positions
  EXPECT_EQ(step.extra(5), 0);
  EXPECT_EQ(step.extra(7), 120);
  EXPECT_EQ(step.occupation(7), 20);
}

TEST(TokenPlan, WorkIsTheSumOverTokensAndSequences) {
  TokenPlan plan = testing::chain({5, 7});
  plan.steps[1].growth = {1, 2, 0, 0};
  const auto work = resource_work(plan, {true, 3, 2, 2});  // 4 tokens, 2 sequences
  EXPECT_EQ(work[0], 2 * 4 * 5);
  EXPECT_EQ(work[1], 2 * (4 * 7 + 2 * (1 + 2 + 3 + 4)));
}

TEST(TokenPlan, TurnsDealEveryTokenOfTheBatchOutOnce) {
  for (const Request& request : {Request{true, 5, 4, 3}, Request{false, 7, 0, 5}}) {
    for (const StepTokens tokens :
         {StepTokens::every, StepTokens::first, StepTokens::not_first, StepTokens::generating}) {
      if (tokens == StepTokens::generating && !request.decoder) continue;
      for (const Index turns : {1, 2, 3, 7, 20}) {
        std::int64_t all = 0;
        for (Index turn = 0; turn < turns; ++turn) {
          Step step;
          step.tokens = tokens;
          step.turns = turns;
          step.turn = turn;
          std::int64_t n = 0;
          for (Index s = 0; s < request.batch; ++s) {
            for (Index t = 1; t <= 5; ++t) {
              n += applies(step, request, t) && takes_turn(step, s, t) ? 1 : 0;
            }
          }
          EXPECT_EQ(applications_in_batch(step, request, 1, 5), n);
          all += n;
        }
        Step step;
        step.tokens = tokens;
        EXPECT_EQ(request.batch * applications(step, request, 1, 5), all);
      }
    }
  }
}

TEST(TokenPlan, RefusesWorkBeyondWholePicoseconds) {
  TokenPlan plan = testing::chain({5, Picoseconds{1} << 49});
  EXPECT_NO_THROW(resource_work(plan, {true, 3, 2, 2}));
  EXPECT_THAT(error_text<ArgumentError>([&] {
                resource_work(plan, {true, 3, 2, 1 << 12});
              }),
              ::testing::HasSubstr("expected at most"));
}

}  // namespace
}  // namespace ohm
