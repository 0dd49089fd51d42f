// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Request prefill(Index tokens, Index batch = 1) {
  return {true, tokens, 1, batch};
}

TEST(Schedule, PipelineTakesTheSumOfItsStagesAndTheSlowestForEachFurtherToken) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Picoseconds> times(1 + random() % 7);
    for (Picoseconds& t : times) t = 1 + static_cast<Picoseconds>(random() % 1000);
    const Index tokens = 1 + static_cast<Index>(random() % 40);
    const Picoseconds sum = std::accumulate(times.begin(), times.end(), Picoseconds{0});
    const Picoseconds slowest = *std::max_element(times.begin(), times.end());
    const Schedule s = schedule(testing::chain(times), prefill(tokens));
    EXPECT_EQ(s.makespan, sum + (tokens - 1) * slowest);
    EXPECT_EQ(s.ttft, s.makespan);
    EXPECT_EQ(s.tpot, 0.0);
  }
}

TEST(Schedule, GrowingStageSumsItsPositions) {
  TokenPlan plan = testing::chain({40});
  plan.steps[0].growth = {1, 3, 0, 0};
  for (const Index t : {1, 2, 17}) {
    EXPECT_EQ(schedule(plan, prefill(t)).makespan, 40 * t + 3 * t * (t + 1) / 2);
  }
}

TEST(Schedule, GeneratedTokensWaitForEachOther) {
  const Schedule s = schedule(testing::chain({5, 20, 7}), {true, 3, 4, 1});
  EXPECT_EQ(s.ttft, 32 + 2 * 20);
  EXPECT_EQ(s.makespan, s.ttft + 3 * 32);
  EXPECT_DOUBLE_EQ(s.tpot, 32.0);
}

TEST(Schedule, BatchesFillThePipelineOfGeneratedTokens) {
  const auto plan = testing::chain({10, 10, 10, 10});
  const Schedule one = schedule(plan, {true, 1, 50, 1});
  const Schedule four = schedule(plan, {true, 1, 50, 4});
  EXPECT_EQ(one.makespan, 50 * 40);
  EXPECT_EQ(four.makespan, 50 * 40 + 3 * 10);  // as many sequences as stages: all stages are busy
  EXPECT_EQ(schedule(plan, {true, 1, 50, 8}).makespan, 50 * 8 * 10 + 30);
}

TEST(Schedule, OfGeneratedTokensBeginsWhereThePromptsEnded) {
  const TokenPlan plan = testing::chain({100, 300});
  const Request request{true, 5, 3, 2};
  EXPECT_EQ(schedule_generated(plan, request, {}, {{}, {1000, 1050}}).outputs,
            (std::vector<Picoseconds>{1000, 1050, 1400, 1700, 2000, 2300}));
  EXPECT_EQ(schedule_generated(plan, request).outputs,
            (std::vector<Picoseconds>{0, 0, 400, 700, 1000, 1300}));
  EXPECT_THROW(schedule_generated(plan, request, {}, {{}, {1000}}), ArgumentError);
  EXPECT_THROW(schedule_generated(plan, Request{true, 5, 1, 2}), ArgumentError);
}

/// Each of the three that stand behind the last step adds what that adds, 300 and a wait.
TEST(Schedule, OfGeneratedTokensAddsWhatLayersLeftOutWouldAdd) {
  const TokenPlan plan = testing::chain({100, 300});
  EXPECT_EQ(schedule_generated(plan, {true, 5, 2, 2}, {}, {{{0, 1, 3}}, {}}).outputs,
            (std::vector<Picoseconds>{0, 0, 400 + 3 * 300, 700 + 3 * 500}));
}

TEST(Schedule, LatencyBeyondTheIntervalOverlapsTheNextToken) {
  TokenPlan plan = testing::chain({10});
  plan.steps[0].latency = 25;
  EXPECT_EQ(schedule(plan, prefill(4)).makespan, 3 * 10 + 25);
}

TEST(Schedule, BarrierHoldsAllTokensUntilTheLastHasArrived) {
  TokenPlan plan = testing::chain({5, 3});
  plan.steps[1].order = StepOrder::barrier;
  plan.steps[1].gate = 0;
  const Schedule s = schedule(plan, {false, 4, 0, 1});
  EXPECT_EQ(s.makespan, 4 * 5 + 4 * 3);
  EXPECT_EQ(schedule(plan, {false, 4, 0, 2}).makespan, 8 * 5 + 4 * 3);  // the second input's turn
}

/// Tokens pass the first step every 10; the barrier needs the first three of them.
TEST(Schedule, ABarrierMayWaitForSomeTokensOnly) {
  TokenPlan plan = testing::chain({10, 5});
  plan.steps[1].order = StepOrder::barrier;
  plan.steps[1].gate = 0;
  EXPECT_EQ(schedule(plan, {false, 8, 0, 1}).makespan, 80 + 8 * 5);
  plan.steps[1].gate_first = 0;
  plan.steps[1].gate_last = 2;
  EXPECT_EQ(schedule(plan, {false, 8, 0, 1}).makespan, 80 + 5);
  plan.steps[1].gate_first = 5;
  plan.steps[1].gate_last = 6;
  EXPECT_EQ(schedule(plan, {false, 8, 0, 1}).makespan, 70 + 8 * 5);
}

TEST(Schedule, ClaimsAPathLinkByLinkAsTheHeadPasses) {
  TokenPlan plan = testing::chain({1});
  plan.resources.push_back({ResourceKind::link, 0, "a"});
  plan.resources.push_back({ResourceKind::link, 1, "b"});
  Step send;
  send.claims = {{1, 0, 8}, {2, 3, 8}};
  send.latency = 13;
  send.after = {0};
  plan.steps.push_back(send);
  EXPECT_EQ(schedule(plan, prefill(3)).makespan, 1 + 2 * 8 + 13);
}

/// Of two fetches at once the second's small part waits for the memory that both read, and its
/// large part does not.
TEST(Schedule, MemoriesServeTheirPartsOfAFetchEachWhenItIsFree) {
  TokenPlan plan = testing::chain({1});
  for (Index r = 0; r < 3; ++r) plan.resources.push_back({ResourceKind::dram, r});
  Step fetch;
  fetch.after = {0};
  fetch.growth = {1, 10, 0, 0};
  fetch.claims = {{1, 0, 0, {}, 0, 10}, {2, 0, 0, {}, 0, 4}};
  plan.steps.push_back(fetch);
  fetch.claims = {{2, 0, 0, {}, 0, 4}, {3, 0, 0, {}, 0, 10}};
  plan.steps.push_back(fetch);
  EXPECT_EQ(schedule(plan, prefill(1)).makespan, 1 + 4 + 10);  // all of it waits
  plan.steps[1].hops = plan.steps[2].hops = true;
  const Schedule s = schedule(plan, prefill(1));
  EXPECT_EQ(s.makespan, 1 + 10);
  EXPECT_EQ(s.busy, (std::vector<Picoseconds>{1, 10, 8, 10}));
}

TEST(Schedule, ReportsBusyTimeAndWhatStepsWaitedFor) {
  const Schedule s = schedule(testing::chain({5, 20}), prefill(3));
  EXPECT_EQ(s.busy[0], 15);
  EXPECT_EQ(s.busy[1], 60);
  EXPECT_EQ(s.steps, 6);
  EXPECT_DOUBLE_EQ(s.utilisation(1), 60.0 / 65.0);
  // stage 0: token t queues from the start of its predecessor; stage 1: ready at 10, 15; starts 25,
  // 45
  EXPECT_EQ(s.stalls.at("digital"), 5 + 5 + 15 + 30);
}

TEST(Schedule, NeverPutsTwoStepsOnAResourceAtOnce) {
  TokenPlan plan = testing::chain({5, 20, 7, 3});
  for (Step& step : plan.steps) step.claims[0].resource %= 2;
  plan.steps[3].after = {1};
  Schedule s = schedule(plan, {true, 6, 3, 3}, 1 << 20);
  std::sort(s.events.begin(), s.events.end(), [](const auto& a, const auto& b) {
    return std::tie(a.resource, a.start) < std::tie(b.resource, b.start);
  });
  ASSERT_EQ(std::ssize(s.events), s.steps);
  for (size_t i = 1; i < s.events.size(); ++i) {
    if (s.events[i].resource != s.events[i - 1].resource) continue;
    EXPECT_GE(s.events[i].start, s.events[i - 1].end);
  }
  EXPECT_GE(s.makespan, s.bounds.lower());
}

TEST(Schedule, IsTheSameEveryTime) {
  TokenPlan plan = testing::chain({5, 5, 5, 5});
  for (Step& step : plan.steps) step.claims[0].resource %= 2;  // many ties
  const Schedule a = schedule(plan, {true, 9, 5, 3}, 100);
  const Schedule b = schedule(plan, {true, 9, 5, 3}, 100);
  ASSERT_EQ(a.events.size(), b.events.size());
  for (size_t i = 0; i < a.events.size(); ++i) {
    EXPECT_EQ(a.events[i].start, b.events[i].start);
    EXPECT_EQ(a.events[i].token, b.events[i].token);
  }
}

TEST(Schedule, KeepsEventsOfTheFirstTokensOnly) {
  const Schedule s = schedule(testing::chain({5, 20}), prefill(9), 2);
  EXPECT_EQ(s.events.size(), 4u);
  EXPECT_EQ(s.timeline_tokens, 2);
}

TEST(Schedule, RefusesARequestWithoutTokens) {
  EXPECT_THROW(schedule(testing::chain({5}), {true, 1, 0, 1}), ArgumentError);
  EXPECT_THROW(schedule(testing::chain({5}), {true, 1, 1, 0}), ArgumentError);
}

TEST(Schedule, ReportsAGateThatNeverOpens) {
  TokenPlan plan = testing::chain({5, 3});
  plan.steps[0].tokens = StepTokens::first;
  plan.steps[1].order = StepOrder::barrier;
  plan.steps[1].gate = 0;
  EXPECT_THROW(schedule(plan, {false, 4, 0, 1}), SolveError);
}

/// A million sequences of many seconds: sums are no 64-bit picoseconds.
TEST(Schedule, AveragesManyLongSequences) {
  Schedule s;
  s.outputs = {5'000'000'000'000'000'000, 5'000'000'000'000'000'000, 6'000'000'000'000'000'000,
               8'000'000'000'000'000'000};
  s.average({true, 1, 2, 2});
  EXPECT_EQ(s.ttft, 5'000'000'000'000'000'000);
  EXPECT_DOUBLE_EQ(s.tpot, 2e18);
}

}  // namespace
}  // namespace ohm
