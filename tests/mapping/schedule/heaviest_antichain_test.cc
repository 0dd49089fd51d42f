// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/heaviest_antichain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ohm {
namespace {

using After = std::vector<std::vector<Index>>;

/// Every subset of which no thing is over before another begins.
std::int64_t by_all_subsets(const std::vector<std::int64_t>& weights, const After& after) {
  const auto n = static_cast<Index>(weights.size());
  std::int64_t most = 0;
  for (Index set = 0; set < (Index{1} << n); ++set) {
    std::int64_t sum = 0;
    bool together = true;
    for (Index i = 0; i < n; ++i) {
      if ((set >> i & 1) == 0) continue;
      sum += weights[static_cast<size_t>(i)];
      for (const Index j : after[static_cast<size_t>(i)]) together = together && !(set >> j & 1);
    }
    if (together) most = std::max(most, sum);
  }
  return most;
}

/// A random order: pairs at will, and what follows from them.
After random_order(std::mt19937& random, size_t n) {
  std::vector<std::vector<bool>> before(n, std::vector<bool>(n, false));
  for (size_t i = n; i-- > 0;) {
    for (size_t j = i + 1; j < n; ++j) {
      if (random() % 3 != 0) continue;
      before[i][j] = true;
      for (size_t k = j + 1; k < n; ++k) before[i][k] = before[i][k] || before[j][k];
    }
  }
  After after(n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      if (before[i][j]) after[i].push_back(static_cast<Index>(j));
    }
  }
  return after;
}

TEST(HeaviestAntichain, IsTheLargestOfAChainAndTheSumOfWhatHasNoOrder) {
  EXPECT_EQ(heaviest_antichain({3, 8, 5}, {{1, 2}, {2}, {}}), 8);
  EXPECT_EQ(heaviest_antichain({3, 8, 5}, {{}, {}, {}}), 16);
  EXPECT_EQ(heaviest_antichain({3, 8, 5}, {{2}, {}, {}}), 13);
  EXPECT_EQ(heaviest_antichain({}, {}), 0);
}

TEST(HeaviestAntichain, EqualsTheBestOfAllSubsets) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 200; ++trial) {
    const size_t n = 1 + random() % 9;
    std::vector<std::int64_t> weights(n);
    for (std::int64_t& weight : weights) weight = static_cast<std::int64_t>(random() % 50);
    const After after = random_order(random, n);
    EXPECT_EQ(heaviest_antichain(weights, after), by_all_subsets(weights, after));
  }
}

}  // namespace
}  // namespace ohm
