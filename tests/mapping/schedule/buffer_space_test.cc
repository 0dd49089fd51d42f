// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/buffer_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "mapping/schedule/hold_over.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/schedule/space_oracle.h"

namespace ohm {
namespace {

/// Tile 0 makes 6 bytes in 10 and sends them to tile 1, which works on them for 30.
TokenPlan two_tiles(std::int64_t space) {
  TokenPlan plan = testing::chain({10, 30});
  plan.steps[0].deposits = {{1, 6}};
  plan.space = {0, space};
  return plan;
}

TEST(BufferSpace, MakesASenderWaitUntilTheReaderHasEnded) {
  const Request two{true, 2, 1, 1};
  // 10 + 30 for the first token, then the same again
  const Schedule tight = schedule(two_tiles(6), two);
  EXPECT_EQ(tight.makespan, 80);
  EXPECT_EQ(tight.stalls.at("buffer"), 40);
  EXPECT_EQ(tight.buffer_peaks, (std::vector<std::int64_t>{0, 6}));
  // room for both: the second is made while the first is read
  const Schedule wide = schedule(two_tiles(12), two);
  EXPECT_EQ(wide.makespan, 10 + 30 + 30);
  EXPECT_FALSE(wide.stalls.contains("buffer"));
  EXPECT_EQ(wide.buffer_peaks, (std::vector<std::int64_t>{0, 12}));
  EXPECT_EQ(schedule(two_tiles(11), two).makespan, 80);
}

/// Three tokens, room for two: the third is made when the first has been read.
TEST(BufferSpace, LetsAsManyTokensInAsItHasRoomFor) {
  const Schedule s = testing::replayable(two_tiles(12), {true, 3, 1, 1});
  EXPECT_EQ(s.watched[0], (std::vector<Picoseconds>{10, 20, 50}));
  EXPECT_EQ(s.watched[1], (std::vector<Picoseconds>{40, 70, 100}));
  EXPECT_EQ(s.stalls.at("buffer"), 40 - 10);  // it had been ready when the second began
}

TEST(BufferSpace, LetsATokenThroughInPiecesAloneWhereItExceedsTheTile) {
  const Schedule s = schedule(two_tiles(5), {true, 4, 1, 1});
  EXPECT_EQ(s.makespan, 4 * 40);
  EXPECT_EQ(s.buffer_peaks[1], 5);
}

/// Two steps that each need what the other holds: the oldest token keeps its need.
TEST(BufferSpace, KeepsTheNeedOfTheOldestTokenFree) {
  TokenPlan plan = testing::chain({10, 10, 10});
  plan.steps[0].deposits = {{0, 5}};
  plan.steps[1].deposits = {{0, 5}};
  plan.space = {10};
  // a second token that took 5 bytes when the first had begun would leave nothing for its next 5
  const Schedule s = testing::replayable(plan, {true, 2, 1, 1});
  EXPECT_EQ(s.watched[0], (std::vector<Picoseconds>{10, 40}));
  EXPECT_EQ(s.makespan, 60);
  testing::SpaceOracle(plan, {true, 2, 1, 1}, s);
}

TEST(BufferSpace, TakesAllOfAMulticastOrNothing) {
  TokenPlan plan = testing::chain({1, 50});
  plan.steps[0].deposits = {{0, 4}, {1, 4}, {2, 4}};
  plan.space = {100, 4, 100};
  const Schedule s = testing::replayable(plan, {true, 3, 1, 1});
  EXPECT_EQ(s.watched[0], (std::vector<Picoseconds>{1, 52, 103}));
  EXPECT_EQ(s.buffer_peaks, (std::vector<std::int64_t>{4, 4, 4}));
}

/// A plan of a few steps in a random order on a few resources and tiles.
TokenPlan random_plan(std::mt19937& random) {
  const auto below = [&](size_t n) { return static_cast<Index>(random() % n); };
  const Index steps = 2 + below(9), tiles = 1 + below(3), resources = 1 + below(4);
  TokenPlan plan;
  for (Index r = 0; r < resources; ++r) plan.resources.push_back({ResourceKind::digital, r});
  for (Index k = 0; k < steps; ++k) {
    Step step;
    step.claims = {{below(static_cast<size_t>(resources)), 0, 1 + below(20)}};
    step.latency = step.claims[0].busy + below(10);
    for (Index before = 0; before < k; ++before) {
      if (below(3) == 0 || before + 1 == k) step.after.push_back(before);
    }
    for (Index d = below(3); d > 0; --d) {
      step.deposits.push_back({below(static_cast<size_t>(tiles)), below(12)});
    }
    if (k > 0 && below(4) == 0) step.order = StepOrder::in_order;
    if (below(5) == 0) step.growth = {1, 1 + below(3), 0, 0};
    plan.steps.push_back(std::move(step));
  }
  for (Index t = 0; t < tiles; ++t) plan.space.push_back(1 + below(60));
  return plan;
}

Request random_decoder(std::mt19937& random) {
  return {true, 1 + static_cast<Index>(random() % 7), 1 + static_cast<Index>(random() % 4),
          1 + static_cast<Index>(random() % 4)};
}

void expect_same(const Schedule& a, const Schedule& b) {
  EXPECT_EQ(a.makespan, b.makespan);
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.busy, b.busy);
  EXPECT_EQ(a.watched, b.watched);
  EXPECT_EQ(a.stalls, b.stalls);
  ASSERT_EQ(a.events.size(), b.events.size());
  for (size_t i = 0; i < a.events.size(); ++i) {
    EXPECT_EQ(a.events[i].step, b.events[i].step);
    EXPECT_EQ(a.events[i].start, b.events[i].start);
    EXPECT_EQ(a.events[i].ready, b.events[i].ready);
  }
}

TEST(BufferSpace, NeverExceedsATileAndNeverGetsStuck) {
  std::mt19937 random(3);
  int waited = 0;
  for (int trial = 0; trial < 600; ++trial) {
    const TokenPlan plan = random_plan(random);
    const Request request = random_decoder(random);
    const Schedule s = testing::replayable(plan, request);
    const auto peaks = testing::SpaceOracle(plan, request, s).peaks();
    for (const auto& [tile, peak] : peaks) {
      const auto t = static_cast<size_t>(tile);
      EXPECT_EQ(s.buffer_peaks[t], std::min(peak, plan.space[t]));
    }
    EXPECT_GE(s.makespan, s.bounds.lower());
    waited += s.stalls.contains("buffer") ? 1 : 0;
    expect_same(s, testing::replayable(plan, request));  // every time
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(waited, 200);
}

TEST(BufferSpace, WithoutEndChangesNothing) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    TokenPlan plan = random_plan(random);
    const Request request = random_decoder(random);
    std::fill(plan.space.begin(), plan.space.end(), std::int64_t{1} << 50);
    TokenPlan unbounded = plan;
    unbounded.space.clear();
    expect_same(testing::replayable(plan, request), testing::replayable(unbounded, request));
  }
}

/// Encoders: some steps wait for all tokens; what crosses such a barrier is moved away and back.
TEST(BufferSpace, NeverGetsStuckAtBarriers) {
  std::mt19937 random(17);
  for (int trial = 0; trial < 300; ++trial) {
    TokenPlan plan = random_plan(random);
    for (size_t k = 1; k < plan.steps.size(); ++k) {
      Step& step = plan.steps[k];
      if (random() % 3 != 0) continue;
      step.order = StepOrder::barrier;
      step.gate = static_cast<Index>(random() % k);
    }
    const auto crossings = crossings_of(plan);
    HeldOver moved;
    moved.spill.claims = moved.restore.claims = {{0, 0, 2}};
    moved.spill.latency = moved.restore.latency = 3;
    plan = hold_over(plan, crossings, std::vector<HeldOver>(crossings.size(), moved));
    const Request request{false, 1 + static_cast<Index>(random() % 7), 0,
                          1 + static_cast<Index>(random() % 3)};
    const Schedule s = testing::replayable(plan, request);
    EXPECT_GE(s.makespan, s.bounds.lower());
    // what exceeds a tile is there alone: a token's results of several phases are told apart
    for (size_t t = 0; t < plan.space.size(); ++t) EXPECT_LE(s.buffer_peaks[t], plan.space[t]);
    testing::SpaceOracle(plan, request, s);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace ohm
