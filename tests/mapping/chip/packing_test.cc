// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "core/error.h"

namespace ohm {
namespace {

using ::testing::ElementsAre;
using Items = std::vector<PackingItem>;

Items random_items(unsigned seed, Index n, const BlockShape& array) {
  std::mt19937 draw(seed);
  Items items(static_cast<size_t>(n));
  for (PackingItem& item : items) {
    item.rows = 1 + static_cast<Index>(draw()) % array.rows;
    item.columns = 1 + static_cast<Index>(draw()) % array.columns;
    item.input = static_cast<Index>(draw() % 3);
    item.setting = static_cast<Index>(draw() % 5) / 4;
  }
  return items;
}

/// Paints every cell: inside its array, used once, one setting per array; in parallel, a bitline
/// belongs to one block and a wordline to one input.
void expect_legal(const Items& items, const BlockShape& array, Sharing sharing,
                  const Packing& packing) {
  std::set<std::tuple<Index, Index, Index>> cells;
  std::map<Index, Index> setting;
  std::map<std::pair<Index, Index>, Index> input;
  std::set<std::pair<Index, Index>> bitlines;
  ASSERT_EQ(packing.spots.size(), items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    const auto& [number, row, column] = packing.spots[i];
    ASSERT_TRUE(number >= 0 && number < packing.arrays && row >= 0 && column >= 0);
    ASSERT_LE(row + items[i].rows, array.rows);
    ASSERT_LE(column + items[i].columns, array.columns);
    EXPECT_EQ(setting.try_emplace(number, items[i].setting).first->second, items[i].setting);
    for (Index r = row; r < row + items[i].rows; ++r) {
      for (Index c = column; c < column + items[i].columns; ++c) {
        EXPECT_TRUE(cells.emplace(number, r, c).second);
      }
      if (sharing != Sharing::parallel) continue;
      EXPECT_EQ(input.try_emplace({number, r}, items[i].input).first->second, items[i].input);
    }
    for (Index c = column; sharing == Sharing::parallel && c < column + items[i].columns; ++c) {
      EXPECT_TRUE(bitlines.emplace(number, c).second);
    }
  }
  EXPECT_EQ(std::ssize(setting), packing.arrays);  // no array is empty
}

constexpr Sharing kAll[] = {Sharing::none, Sharing::parallel, Sharing::in_turn};

TEST(Packing, IsLegalAndBetweenItsBoundAndOneArrayPerBlock) {
  const BlockShape array{9, 7};
  for (unsigned seed = 0; seed < 300; ++seed) {
    const Items items = random_items(seed, seed % 23, array);
    for (const Sharing sharing : kAll) {
      const Packing packing = pack(items, array, sharing);
      expect_legal(items, array, sharing, packing);
      EXPECT_LE(packing.bound, packing.arrays);
      EXPECT_LE(packing.arrays, std::ssize(items));
      if (sharing == Sharing::in_turn) continue;
      EXPECT_EQ(packing.turns, 1);
    }
  }
}

/// Whether the items fit into `arrays` arrays, trying every cell for each of them.
bool fits(const Items& items, const BlockShape& array, Index arrays) {
  std::vector<std::vector<bool>> used(
      static_cast<size_t>(arrays),
      std::vector<bool>(static_cast<size_t>(array.rows * array.columns), false));
  const std::function<bool(size_t)> place = [&](size_t i) {
    if (i == items.size()) return true;
    for (auto& cells : used) {
      for (Index r = 0; r + items[i].rows <= array.rows; ++r) {
        for (Index c = 0; c + items[i].columns <= array.columns; ++c) {
          const auto each = [&](const std::function<bool(size_t)>& visit) {
            for (Index y = r; y < r + items[i].rows; ++y) {
              for (Index x = c; x < c + items[i].columns; ++x) {
                if (!visit(static_cast<size_t>(y * array.columns + x))) return false;
              }
            }
            return true;
          };
          if (!each([&](size_t cell) { return !cells[cell]; })) continue;
          each([&](size_t cell) { return cells[cell] = true; });
          if (place(i + 1)) return true;
          each([&](size_t cell) { return !(cells[cell] = false); });
        }
      }
    }
    return false;
  };
  return place(0);
}

TEST(Packing, IsWithinOneArrayOfBruteForceWhichTheBoundNeverPasses) {
  const BlockShape array{4, 3};
  Index best_total = 0, total = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Items items = random_items(seed, 1 + seed % 5, array);
    for (PackingItem& item : items) item.setting = 0;
    Index best = 1;
    while (!fits(items, array, best)) ++best;
    const Packing packing = pack(items, array, Sharing::in_turn);
    EXPECT_LE(packing.bound, best) << seed;
    EXPECT_GE(packing.arrays, best) << seed;
    EXPECT_LE(packing.arrays, best + 1) << seed;
    best_total += best;
    total += packing.arrays;
  }
  EXPECT_LE(static_cast<double>(total), 1.03 * static_cast<double>(best_total));
}

TEST(Packing, FourQuartersShareAnArrayInTwoTurns) {
  const Items quarters(4, {64, 64, 0, 0});
  const Packing packing = pack(quarters, {128, 128}, Sharing::in_turn);
  EXPECT_EQ(packing.arrays, 1);
  EXPECT_EQ(packing.bound, 1);
  EXPECT_EQ(packing.turns, 2);
  EXPECT_EQ(pack(quarters, {128, 128}, Sharing::parallel).arrays, 2);
  EXPECT_EQ(pack(quarters, {128, 128}, Sharing::none).arrays, 4);
}

TEST(Packing, DifferentInputsFireAtOnceOnlyFromDifferentRows) {
  const Items tall{{100, 10, 0}, {100, 10, 1}};
  EXPECT_EQ(pack(tall, {128, 128}, Sharing::parallel).arrays, 2);
  EXPECT_EQ(pack({{100, 10, 0}, {100, 10, 0}}, {128, 128}, Sharing::parallel).arrays, 1);
  EXPECT_EQ(pack({{64, 10, 0}, {64, 10, 1}}, {128, 128}, Sharing::parallel).arrays, 1);
}

TEST(Packing, DifferentSettingsNeverShare) {
  EXPECT_EQ(pack({{1, 1, 0, 0}, {1, 1, 0, 1}}, {128, 128}, Sharing::in_turn).arrays, 2);
}

TEST(Packing, FullBlocksMeetTheBound) {
  const Packing packing = pack(Items(1000, {128, 128}), {128, 128}, Sharing::in_turn);
  EXPECT_EQ(packing.arrays, 1000);
  EXPECT_EQ(packing.bound, 1000);
  EXPECT_EQ(packing.gap(), 0);
}

TEST(Packing, TheBoundCountsBlocksBeyondHalfAnArray) {
  const Packing packing = pack(Items(10, {65, 65}), {128, 128}, Sharing::in_turn);
  EXPECT_EQ(packing.bound, 10);  // by cells alone it would be 3
}

TEST(Packing, EdgeBlocksOfARealNetworkPackTightly) {
  // 768 × 2304, 768 × 768 and 768 × 3072 with 100 columns in an array leave 4, 68 and 72 columns.
  Items items;
  for (Index layer = 0; layer < 12; ++layer) {
    for (const Index columns : {4, 68, 72}) {
      for (Index tile = 0; tile < 6; ++tile) items.push_back({128, columns, layer * 6 + tile});
    }
  }
  const Packing packing = pack(items, {128, 100}, Sharing::in_turn);
  EXPECT_LE(packing.gap(), 0.01);
  EXPECT_LT(packing.arrays, std::ssize(items));
}

TEST(Packing, NothingTakesNoArray) {
  const Packing packing = pack({}, {1, 1}, Sharing::in_turn);
  EXPECT_EQ(packing.arrays, 0);
  EXPECT_EQ(packing.bound, 0);
  EXPECT_EQ(packing.gap(), 0);
}

TEST(Packing, RefusesBlocksThatNoArrayHolds) {
  EXPECT_THROW(pack({{5, 1}}, {4, 4}, Sharing::none), ArgumentError);
  EXPECT_THROW(pack({{0, 1}}, {4, 4}, Sharing::none), ArgumentError);
  EXPECT_THROW(pack({{1, -1}}, {4, 4}, Sharing::parallel), ArgumentError);
  EXPECT_THROW(pack({}, {0, 4}, Sharing::none), ArgumentError);
  EXPECT_NO_THROW(pack({{4, 4}}, {4, 4}, Sharing::none));
}

}  // namespace
}  // namespace ohm
