// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/decode_ring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "mapping/structure/carried_plan.h"
#include "mapping/structure/event_work.h"
#include "mapping/structure/lean_plan.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/structure/deep_grid.h"

namespace ohm {
namespace {

using testing::laid;
using Times = std::vector<Picoseconds>;

constexpr double kEnough = 1e9;

Request generating(Index prompt, Index generate, Index batch) {
  return {true, prompt, generate, batch};
}

/// A step before four layers of 200, of which two are kept and the second repeated.
const TokenPlan kFew = testing::chain({100, 200, 200});
const TokenPlan kAll = testing::chain({100, 200, 200, 200, 200});
const std::vector<Repeat> kRepeats{{1, 2, 2}};

/// Sequences that start together: each waits for those before it once, then for none, unless they
/// are more than the ring holds.
TEST(DecodeRing, OfLayersInAChainIsTheWayOrTheSlowestForEverySequence) {
  for (const Index batch : {1, 3, 4, 5, 9}) {
    const Request request = generating(7, 6, batch);
    const Times starts(static_cast<size_t>(batch), 0);
    const auto found = generate_batch({kFew, kRepeats}, request, starts, kEnough);
    ASSERT_TRUE(found) << batch;
    EXPECT_EQ(*found, schedule_generated(kAll, request).outputs) << batch;
    const Picoseconds step =
        (*found)[5 * static_cast<size_t>(batch)] - (*found)[4 * static_cast<size_t>(batch)];
    EXPECT_EQ(step, std::max<Picoseconds>(900, 200 * batch)) << batch;
  }
}

TEST(DecodeRing, BeginsWhereThePromptsEnd) {
  const Request request = generating(7, 4, 2);
  const auto found = generate_batch({kFew, kRepeats}, request, {5000, 5250}, kEnough);
  ASSERT_TRUE(found);
  EXPECT_EQ((Times{found->begin() + 2, found->begin() + 6}), (Times{5900, 6150, 6800, 7050}));
}

/// With work for a few tokens: steps at the first and the last of them, in rings of fewer
/// sequences.
TEST(DecodeRing, OfFewSequencesStandsForAllOfThem) {
  for (const Index batch : {2, 24, 60, 240}) {
    const TokenPlan few = testing::chain({0, 20, 20, 20}), all = testing::chain({0, 400});
    const std::vector<Repeat> repeats{{2, 3, 17}};  // 20 layers
    const Request request = generating(7, 50, batch);
    const Times starts(static_cast<size_t>(batch), 0);
    const double work = event_work(few) * std::max(12.0, static_cast<double>(batch)) * 3;
    const auto found = generate_batch({few, repeats}, request, starts, work);
    ASSERT_TRUE(found) << batch;
    const auto n = static_cast<size_t>(batch);
    const Picoseconds step = (*found)[30 * n] - (*found)[29 * n];
    EXPECT_EQ(step, std::max<Picoseconds>(400, 20 * batch)) << batch;
  }
}

/// Token t takes 7 for each of its t + 1 positions: linear, so that two steps tell all.
TEST(DecodeRing, IsLinearBetweenTheStepsThatAreSimulated) {
  TokenPlan plan = testing::chain({50, 20});
  plan.steps[0].growth.per_position = 7;
  const Request request = generating(100, 201, 4);
  const auto found = generate_batch({plan}, request, Times(4, 0), event_work(plan) * 30);
  ASSERT_TRUE(found);
  for (const Index t : {110, 200, 299}) {
    const auto i = static_cast<size_t>(4 * (t - 99));
    EXPECT_NEAR(static_cast<double>((*found)[i] - (*found)[i - 4]),
                4.0 * (50.0 + 7.0 * static_cast<double>(t + 1)), 4 * 7)
        << t;
  }
}

TEST(DecodeRing, IsLeftToClosedFormsWhereItTakesTooLong) {
  const Request request = generating(7, 50, 240);
  EXPECT_FALSE(generate_batch({kFew, kRepeats}, request, Times(240, 0), event_work(kFew) * 100));
}

/// One memory of all layers, which layers left out want as well.
TEST(DecodeRing, IsNeverAheadOfWhatAllLayersTakeOfOneResource) {
  TokenPlan plan = testing::chain({100, 200, 200});
  plan.resources[2].kind = ResourceKind::dram;
  const Request request = generating(7, 9, 4);
  for (const double work : {kEnough, event_work(plan) * 12}) {
    const auto found = generate_batch({plan, kRepeats, {1, 1, 3}}, request, Times(4, 0), work);
    ASSERT_TRUE(found);
    EXPECT_GE((*found)[8 * 4] - (*found)[7 * 4], 4 * 600);
  }
}

/// All layers of small networks, event by event, against few of them. Where tokens wait for each
/// other in one layer only, times are the same to the picosecond.
TEST(DecodeRing, OfSmallNetworksIsNearAllEvents) {
  const ChipSpec chip = testing::shipped_chip(
      {testing::with("macros_per_tile", "4"), testing::with("mesh", "{columns: 3, rows: 2}")});
  Index equal = 0, cases = 0;
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_mixtral(), testing::tiny_deepseek()}) {
    const auto on = laid(spec, 14, chip);
    for (const Index batch : {2, 4, 8, 16}) {
      const Request request = resolve(spec, {12, 9, batch, {}});
      const CarriedPlan few =
          carry_on(on.few.mapping, plan_tokens(on.few.mapping, request), on.reduction, 0);
      std::vector<Repeat> repeats;
      for (const CarriedRun& run : few.runs) {
        repeats.push_back({run.ends[1], run.ends[0], run.left});
      }
      const Times all =
          schedule_generated(lean_plan(plan_tokens(on.all.mapping, request)), request).outputs;
      const auto n = static_cast<size_t>(batch);
      const auto found = generate_batch({few.plan, repeats}, request, Times(n, 0), kEnough);
      ASSERT_TRUE(found) << spec.name << batch;
      const auto last = all.size() - n, before = last - 4 * n;
      const double ratio = static_cast<double>((*found)[last] - (*found)[before]) /
                           static_cast<double>(all[last] - all[before]);
      EXPECT_NEAR(ratio, 1.0, 0.1) << spec.name << batch;
      equal += *found == all ? 1 : 0;
      ++cases;
    }
  }
  EXPECT_GE(2 * equal, cases);
}

/// A way of 900, or as much as the slowest step takes for all.
TEST(DecodeRing, SpreadsStartsOverAStep) {
  EXPECT_EQ(spread_starts({kFew, kRepeats}, generating(7, 4, 1)), Times{0});
  EXPECT_EQ(spread_starts({kFew, kRepeats}, generating(7, 4, 3)), (Times{0, 300, 600}));
  EXPECT_EQ(spread_starts({testing::chain({100, 500})}, generating(7, 4, 2)), (Times{0, 500}));
}

}  // namespace
}  // namespace ohm
