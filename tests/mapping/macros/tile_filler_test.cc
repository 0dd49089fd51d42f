// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/tile_filler.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

namespace ohm {
namespace {

TEST(TileFiller, FillsOneKindAsNumbersDo) {
  TileFiller filler({7});
  for (Index array = 0; array < 50; ++array) {
    EXPECT_EQ(filler.next(0), (Slot{array / 7, array % 7}));
  }
  EXPECT_EQ(filler.tiles(), 8);
}

TEST(TileFiller, KeepsKindsApartAndTakesTheFewestTiles) {
  std::mt19937 random(3);
  const std::vector<Index> sizes{5, 3, 8};
  TileFiller filler(sizes);
  std::set<std::pair<Index, Index>> taken;
  std::vector<Index> kind_of_tile(300, -1), arrays(3, 0);
  for (int i = 0; i < 700; ++i) {
    const auto kind = static_cast<Index>(random() % 3);
    const auto k = static_cast<size_t>(kind);
    const Slot slot = filler.next(kind);
    EXPECT_TRUE(taken.emplace(slot.tile, slot.slot).second);
    EXPECT_LT(slot.slot, sizes[k]);
    Index& known = kind_of_tile[static_cast<size_t>(slot.tile)];
    EXPECT_TRUE(known < 0 || known == kind);
    known = kind;
    ++arrays[k];
  }
  EXPECT_EQ(filler.tiles(), tiles_for(arrays, sizes));
  for (size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(filler.tiles_of_kind()[k], (arrays[k] + sizes[k] - 1) / sizes[k]);
  }
}

TEST(TileFiller, SkippingIsAsManyCallsOfNext) {
  std::mt19937 random(5);
  TileFiller skipped({5, 3}), called({5, 3});
  for (int i = 0; i < 200; ++i) {
    const auto kind = static_cast<Index>(random() % 2);
    const auto n = static_cast<Index>(random() % 14);
    skipped.skip(kind, n);
    for (Index j = 0; j < n; ++j) called.next(kind);
    const auto then = static_cast<Index>(random() % 2);
    EXPECT_EQ(skipped.next(then), called.next(then));
    EXPECT_EQ(skipped.tiles_of_kind(), called.tiles_of_kind());
  }
  EXPECT_EQ(skipped.tiles(), called.tiles());
}

TEST(TileFiller, NoArraysTakeNoTiles) {
  EXPECT_EQ(tiles_for({0, 0}, {4, 8}), 0);
  EXPECT_EQ(tiles_for({1, 8}, {4, 8}), 2);
  EXPECT_EQ(TileFiller({4, 8}).tiles(), 0);
}

}  // namespace
}  // namespace ohm
