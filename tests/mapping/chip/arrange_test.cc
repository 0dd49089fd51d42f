// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/arrange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"
#include "mapping/chip/map_network.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;
using testing::with;

/// One layer, whose matrices take 6, 2, 8, 2 and 4 arrays, with times that differ by their rows.
Network small() {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 1;
  return build_network(spec);
}

ChipSpec chip(const std::vector<Override>& more = {}) {
  std::vector<Override> all{with("mesh.columns", "4"), with("mesh.rows", "3"),
                            with("macros_per_tile", "4"), with("macro.array.rows_active", "8")};
  all.insert(all.begin(), more.begin(), more.end());  // the first is the strongest
  return testing::shipped_chip(all);
}

/// The least of `cost` over all choices of copies within the budget.
double brute_force(const std::vector<DuplicationStage>& stages, Index budget,
                   const std::function<double(const std::vector<Index>&)>& cost) {
  double best = std::numeric_limits<double>::max();
  std::vector<Index> copies(stages.size(), 1);
  const std::function<void(size_t, Index)> choose = [&](size_t i, Index left) {
    if (left < 0) return;
    if (i == stages.size()) {
      best = std::min(best, cost(copies));
      return;
    }
    for (copies[i] = 1; copies[i] * stages[i].arrays <= left && copies[i] <= stages[i].most;
         ++copies[i]) {
      choose(i + 1, left - copies[i] * stages[i].arrays);
    }
  };
  choose(0, budget);
  return best;
}

std::vector<DuplicationStage> stages_of(const Mapping& m) {
  std::vector<DuplicationStage> stages;
  for (const StaticMatmul& matmul : m.network.matmuls) {
    const MvmTime t = mvm_time(m.chip, m.partition, matmul);
    stages.push_back(
        {static_cast<std::int64_t>(std::round(std::max(t.load, t.interval).si() * 1e12)),
         m.partition.size(matmul.id), DuplicationStage::kMostCopies});
  }
  return stages;
}

TEST(Arrange, CopiesForThroughputEqualBruteForce) {
  for (const char* budget : {"6", "7", "9", "11", "1"}) {
    const Mapping m = map_network(
        small(), chip({with("map.duplication", "throughput"), with("map.budget", budget)}));
    const auto stages = stages_of(m);
    const double tiles = std::string(budget) == "1" ? 12 : std::stod(budget);
    const double best = brute_force(stages, static_cast<Index>(tiles) * 4, [&](const auto& r) {
      double slowest = 0;
      for (size_t i = 0; i < r.size(); ++i) {
        slowest =
            std::max(slowest, static_cast<double>(stages[i].time) / static_cast<double>(r[i]));
      }
      return slowest;
    });
    EXPECT_DOUBLE_EQ(m.arrangement.duplication.cost, best) << budget;
    EXPECT_EQ(m.arrangement.duplication.gap(), 0.0);
    EXPECT_LE(m.placement.tiles_used, tiles);
  }
}

TEST(Arrange, CopiesForLatencyLieBetweenTheirBoundAndBruteForce) {
  for (const char* budget : {"6", "8", "10"}) {
    const Mapping m = map_network(
        small(), chip({with("map.duplication", "latency"), with("map.budget", budget)}));
    const auto stages = stages_of(m);
    const double best = brute_force(stages, std::stol(budget) * 4, [&](const auto& r) {
      double sum = 0;
      for (size_t i = 0; i < r.size(); ++i) {
        sum += static_cast<double>(stages[i].time) / static_cast<double>(r[i]);
      }
      return sum;
    });
    const Duplication& found = m.arrangement.duplication;
    EXPECT_LE(found.bound, best * (1 + 1e-12)) << budget;
    EXPECT_GE(found.cost, best * (1 - 1e-12)) << budget;
    EXPECT_LE(found.cost, 1.1 * best) << budget;
  }
}

TEST(Arrange, DefaultsStoreEveryBlockOnceInAnArrayOfItsOwn) {
  const Mapping m = map_network(small(), chip());
  const Arrangement one = single_copies(m.partition);
  EXPECT_EQ(m.arrangement.spots, one.spots);
  EXPECT_EQ(m.arrangement.arrays, std::ssize(m.partition.blocks));
  EXPECT_EQ(m.arrangement.fewest_arrays, m.arrangement.arrays);
  for (const StoredCopy& copy : m.arrangement.stored) {
    EXPECT_EQ(copy.arrays, m.partition.size(copy.matmul));
    EXPECT_EQ(copy.turns, 1);
    EXPECT_TRUE(copy.shared.empty());
  }
}

TEST(Arrange, PackedBlocksTakeFewerArraysAndSayWhoShares) {
  const Mapping m = map_network(small(), chip({with("map.packing", "edge_blocks")}));
  EXPECT_LT(m.arrangement.arrays, std::ssize(m.partition.blocks));
  EXPECT_GE(m.arrangement.arrays, m.arrangement.fewest_arrays);
  const auto& stored = m.arrangement.stored;
  EXPECT_TRUE(std::any_of(stored.begin(), stored.end(),
                          [](const StoredCopy& copy) { return !copy.shared.empty(); }));
  Index last = -1;  // arrays are numbered by first use
  for (const PackedSpot& spot : m.arrangement.spots) {
    EXPECT_LE(spot.array, last + 1);
    last = std::max(last, spot.array);
  }
  for (const StoredCopy& copy : stored) {
    EXPECT_GE(copy.turns * copy.arrays, m.partition.size(copy.matmul));
  }
}

TEST(Arrange, MatricesThatActOnOneTokenNeitherLimitNorTakeCopies) {
  const Mapping m =
      map_network(build_network(testing::tiny_bert()),
                  chip({with("map.duplication", "throughput"), with("macros_per_tile", "16")}));
  for (const StaticMatmul& matmul : m.network.matmuls) {
    const Index copies = m.arrangement.copies[static_cast<size_t>(matmul.id)];
    EXPECT_EQ(copies > 1, !matmul.once) << matmul.name;
  }
}

TEST(Arrange, SaysHowManyArraysTheBudgetLacks) {
  try {
    map_network(small(), chip({with("map.duplication", "latency"), with("map.budget", "5")}));
    FAIL() << "22 arrays in 20";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("map.budget: 5 of 12 tiles hold 20 arrays; expected at "
                                        "least the 22"));
  }
}

TEST(Arrange, DigitalMatricesAndTheLastRuleThatMatchesCount) {
  const Mapping m = map_network(
      small(),
      chip({with("map.matrices", "[{match: h.*.ffn.*}, {match: h.0.ffn.up, on: crossbar}]")}));
  for (const StaticMatmul& matmul : m.network.matmuls) {
    const bool digital = matmul.name == "h.0.ffn.down";
    EXPECT_EQ(m.arrangement.copies[static_cast<size_t>(matmul.id)], digital ? 0 : 1);
  }
  EXPECT_THROW(map_network(small(), chip({with("map.matrices", "[{match: layers.*}]")})),
               ConfigError);
}

}  // namespace
}  // namespace ohm
