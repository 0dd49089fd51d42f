// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/duplicate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stages = std::vector<DuplicationStage>;

double longest(const Stages& stages, const std::vector<Index>& copies) {
  double most = 0;
  for (size_t i = 0; i < stages.size(); ++i) {
    most = std::max(most, static_cast<double>(stages[i].time) / static_cast<double>(copies[i]));
  }
  return most;
}

double sum(const Stages& stages, const std::vector<Index>& copies) {
  double total = 0;
  for (size_t i = 0; i < stages.size(); ++i) {
    total += static_cast<double>(stages[i].time) / static_cast<double>(copies[i]);
  }
  return total;
}

Index arrays(const Stages& stages, const std::vector<Index>& copies) {
  Index total = 0;
  for (size_t i = 0; i < stages.size(); ++i) total += stages[i].arrays * copies[i];
  return total;
}

using Cost = double (*)(const Stages&, const std::vector<Index>&);

/// The least cost of all choices of copies within the budget.
double brute_force(const Stages& stages, Index budget, Cost cost) {
  std::vector<Index> copies(stages.size(), 1);
  double best = std::numeric_limits<double>::infinity();
  const std::function<void(size_t)> choose = [&](size_t i) {
    if (arrays(stages, copies) > budget) return;
    if (i == stages.size()) {
      best = std::min(best, cost(stages, copies));
      return;
    }
    for (copies[i] = 1; copies[i] <= stages[i].most; ++copies[i]) {
      if (arrays(stages, copies) > budget) break;
      choose(i + 1);
    }
    copies[i] = 1;
  };
  choose(0);
  return best;
}

struct RandomCase {
  Stages stages;
  Index budget;
};

RandomCase random_case(unsigned seed, bool equal_arrays) {
  std::mt19937 draw(seed);
  const auto up_to = [&](unsigned n) { return static_cast<Index>(draw() % n); };
  RandomCase c{Stages(1 + draw() % 4), 0};
  const Index same = 1 + up_to(3);
  for (DuplicationStage& stage : c.stages) {
    stage.time = up_to(6) * up_to(8);  // small products: many ties, some zeros
    stage.arrays = equal_arrays ? same : 1 + up_to(5);
    if (draw() % 3 == 0) stage.most = 1 + up_to(4);
    c.budget += stage.arrays;
  }
  if (draw() % 4 == 0) c.stages.front() = {up_to(9), 0, 1};
  c.budget += up_to(16);
  return c;
}

void expect_within_limits(const RandomCase& c, const Duplication& result) {
  ASSERT_EQ(result.copies.size(), c.stages.size());
  EXPECT_EQ(result.arrays, arrays(c.stages, result.copies));
  EXPECT_LE(result.arrays, c.budget);
  for (size_t i = 0; i < c.stages.size(); ++i) {
    EXPECT_GE(result.copies[i], 1);
    EXPECT_LE(result.copies[i], c.stages[i].most);
  }
}

TEST(Duplicate, ThroughputEqualsBruteForce) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const RandomCase c = random_case(seed, false);
    const Duplication result = duplicate_for_throughput(c.stages, c.budget);
    expect_within_limits(c, result);
    EXPECT_DOUBLE_EQ(result.cost, longest(c.stages, result.copies)) << seed;
    EXPECT_DOUBLE_EQ(result.cost, brute_force(c.stages, c.budget, longest)) << seed;
    EXPECT_EQ(result.gap(), 0);
  }
}

TEST(Duplicate, ThroughputSpendsNoArrayThatGainsNothing) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const RandomCase c = random_case(seed, false);
    const Duplication result = duplicate_for_throughput(c.stages, c.budget);
    for (size_t i = 0; i < c.stages.size(); ++i) {
      auto fewer = result.copies;
      if (--fewer[i] == 0) continue;
      EXPECT_GT(longest(c.stages, fewer), result.cost) << seed;
    }
  }
}

TEST(Duplicate, LatencyEqualsBruteForceWhereStagesAreEquallyLarge) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    RandomCase c = random_case(seed, true);
    if (c.stages.front().arrays == 0) continue;
    const Duplication result = duplicate_for_latency(c.stages, c.budget);
    EXPECT_NEAR(result.cost, brute_force(c.stages, c.budget, sum), 1e-9) << seed;
  }
}

TEST(Duplicate, LatencyLiesBetweenItsBoundAndItsStart) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const RandomCase c = random_case(seed, false);
    const Duplication result = duplicate_for_latency(c.stages, c.budget);
    expect_within_limits(c, result);
    const double best = brute_force(c.stages, c.budget, sum);
    EXPECT_DOUBLE_EQ(result.cost, sum(c.stages, result.copies)) << seed;
    EXPECT_LE(result.bound, best * (1 + 1e-12)) << seed;
    EXPECT_LE(best, result.cost * (1 + 1e-12)) << seed;
    EXPECT_LE(result.cost, sum(c.stages, std::vector<Index>(c.stages.size(), 1))) << seed;
  }
}

TEST(Duplicate, CopiesFollowTheWorkInABalancedPipeline) {
  const Stages stages{{300, 2}, {100, 2}, {200, 2}};
  EXPECT_THAT(duplicate_for_throughput(stages, 12).copies, ElementsAre(3, 1, 2));
  EXPECT_THAT(duplicate_for_throughput(stages, 13).copies, ElementsAre(3, 1, 2));
  EXPECT_THAT(duplicate_for_throughput(stages, 24).copies, ElementsAre(6, 2, 4));
}

TEST(Duplicate, ADigitalStageCapsTheThroughput) {
  const Stages stages{{1000, 1}, {400, 0, 1}};
  const Duplication result = duplicate_for_throughput(stages, 1000);
  EXPECT_EQ(result.copies[0], 3);  // 1000 / 3 is below 400 already
  EXPECT_EQ(result.cost, 400);
}

TEST(Duplicate, TheLatencyGapOfALargeChipIsSmall) {
  Stages stages;
  for (Index i = 0; i < 320; ++i) stages.push_back({1000 + 37 * (i % 11), 16 + 24 * (i % 4)});
  const Duplication result = duplicate_for_latency(stages, 200'000);
  EXPECT_LT(result.gap(), 1e-3);
}

TEST(Duplicate, HugeTimesAndBudgetsNeitherOverflowNorTakeLong) {
  constexpr Index kMost = std::numeric_limits<Index>::max();
  const Stages stages{{kMost, 1}, {1, kMost / 2}, {kMost / 3, 7}};
  for (const auto& result :
       {duplicate_for_throughput(stages, kMost), duplicate_for_latency(stages, kMost)}) {
    EXPECT_EQ(result.copies[0], DuplicationStage::kMostCopies);
    EXPECT_EQ(result.copies[1], 1);
    EXPECT_GT(result.copies[2], 300'000);
    EXPECT_GE(result.cost, result.bound);
  }
}

TEST(Duplicate, NothingToDoIsDone) {
  EXPECT_TRUE(duplicate_for_throughput({}, 0).copies.empty());
  EXPECT_EQ(duplicate_for_latency({}, 5).cost, 0);
  const Duplication idle = duplicate_for_throughput({{0, 3}, {0, 1}}, 100);
  EXPECT_THAT(idle.copies, ElementsAre(1, 1));
  EXPECT_EQ(idle.gap(), 0);
  EXPECT_THAT(duplicate_for_latency({{0, 3}, {8, 1}}, 4).copies, ElementsAre(1, 1));
}

std::string refusal(const Stages& stages, Index budget) {
  return error_text<ArgumentError>([&] {
    duplicate_for_latency(stages, budget);
    duplicate_for_throughput(stages, budget);
  });
}

TEST(Duplicate, RefusesWhatDoesNotFit) {
  constexpr Index kMost = std::numeric_limits<Index>::max();
  EXPECT_EQ(refusal({{5, 4}}, 4), "");
  EXPECT_THAT(refusal({{5, 4}}, 3), HasSubstr("enlarge the chip"));
  EXPECT_THAT(refusal({{5, kMost}, {5, kMost}}, kMost), HasSubstr("enlarge the chip"));
  EXPECT_THAT(refusal({{5, 1}}, -1), HasSubstr("enlarge the chip"));
}

TEST(Duplicate, RefusesStagesOutOfRange) {
  EXPECT_THAT(refusal({{-1, 1}}, 4), HasSubstr("-1 ps"));
  EXPECT_THAT(refusal({{1, 0}}, 4), HasSubstr("0 arrays"));
  EXPECT_THAT(refusal({{1, -2, 1}}, 4), HasSubstr("-2 arrays"));
  EXPECT_THAT(refusal({{1, 1, 0}}, 4), HasSubstr("at most 0 copies"));
  EXPECT_THAT(refusal({{1, 1, DuplicationStage::kMostCopies + 1}}, 4), HasSubstr("copies"));
}

}  // namespace
}  // namespace ohm
