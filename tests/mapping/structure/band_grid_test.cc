// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/band_grid.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(BandGrid, WithoutBordersLayersFollowEachOther) {
  const BandGrid grid{6};
  const Pitch pitch = grid.pitch_of(20);
  EXPECT_EQ(pitch.rows, 4);
  EXPECT_EQ(pitch.row_of(3), 12);
  EXPECT_EQ(pitch.period, 1);
  EXPECT_EQ(grid.start_of(5, {20, 3}), 5);
}

TEST(BandGrid, LayersInOneWayTakeWholeRowsOfChips) {
  const BandGrid grid{6, 4};
  EXPECT_EQ(grid.pitch_of(13).row_of(1), 4);  // three of four rows
  EXPECT_EQ(grid.pitch_of(25).row_of(1), 8);  // five
  EXPECT_EQ(grid.pitch_of(25).period, 1);
}

TEST(BandGrid, InMoreWaysTheyShareRowsOfChips) {
  const BandGrid grid{6, 7, 1, 3};
  const Pitch small = grid.pitch_of(12);  // two rows: three layers on a chip
  EXPECT_EQ(small.period, 3);
  EXPECT_EQ(small.row_of(2), 4);
  EXPECT_EQ(small.row_of(3), 7);
  EXPECT_EQ(grid.pitch_of(27).abreast, 1);  // five rows: three layers need three rows of chips
  const Pitch tight = BandGrid{6, 7, 1, 4}.pitch_of(27);
  EXPECT_EQ(tight.abreast, 4);
  EXPECT_EQ(tight.row_of(1), 5);  // 5 … 9, cut behind row 6
  EXPECT_EQ(tight.row_of(3), 15);
  EXPECT_EQ(tight.row_of(4), 21);
  EXPECT_EQ(tight.period, 4);
}

TEST(BandGrid, BordersOfPackagesLengthenThePeriod) {
  const BandGrid grid{6, 4, 3, 8};
  EXPECT_EQ(grid.pitch_of(24).period, 3);  // one row of chips each
  EXPECT_EQ(grid.pitch_of(40).row_of(grid.pitch_of(40).period) % 12, 0);
  EXPECT_EQ(grid.pitch_of(72).period, 1);  // three: a package
  const BandGrid wide{6, 4, 11, 8};        // more ways than are worth while
  EXPECT_EQ(wide.pitch_of(24).period % 11, wide.pitch_of(24).period);
  EXPECT_EQ(wide.pitch_of(24).step % 44, 0);
}

TEST(BandGrid, LayersAPeriodApartStandAlikeAtAllBorders) {
  for (const Index chip_rows : {1, 2, 7, 16, 17, 26}) {
    for (const Index group_rows : {1, 2, 3, 5}) {
      for (const Index ways : {1, 2, 5, 6}) {
        const BandGrid grid{10, chip_rows, group_rows, ways};
        const Index borders = chip_rows * group_rows;
        for (Index tiles = 1; tiles < 800; tiles += 13) {
          const Pitch pitch = grid.pitch_of(tiles);
          ASSERT_LE(pitch.period, ways);
          for (Index layer = 0; layer < 12; ++layer) {
            const Index later = pitch.row_of(layer + pitch.period) - pitch.row_of(layer);
            ASSERT_EQ(later % borders, 0) << tiles;
            ASSERT_GE(pitch.row_of(layer + 1), pitch.row_of(layer) + pitch.rows) << tiles;
          }
        }
      }
    }
  }
}

TEST(BandGrid, WhatStandsOnceFillsTheLastRowOfChipsWhereThatSavesOne) {
  const BandGrid grid{6, 7};
  EXPECT_EQ(grid.start_of(8, {36, 1, true}), 8);    // 8 … 13 of 14
  EXPECT_EQ(grid.start_of(12, {36, 1, true}), 14);  // no chips fewer, one border less
  EXPECT_EQ(grid.start_of(8, {36, 1, false}), 14);
  EXPECT_EQ(grid.start_of(14, {36, 1, false}), 14);
}

ChipSpec joined(Index columns, Index rows) {
  ChipSpec chip = testing::shipped_chip();
  chip.mesh = {columns, rows};
  chip.system = {LevelSpec{}};
  return chip;
}

TEST(BandGrid, OfASystemIsAsWideAsItIs) {
  ChipSpec chip = testing::shipped_chip();
  LevelSpec level;
  level.columns = 5;
  chip.system = {level};
  EXPECT_EQ(band_grid(chip, {{4345, 80}}).columns, 5 * 26);
  EXPECT_EQ(band_grid(chip, {{4345, 80}}).chip_rows, 26);
  chip.system = {level, LevelSpec{}};
  chip.system.front().rows = 2;
  EXPECT_EQ(band_grid(chip, {{4345, 80}}).columns % (5 * 26), 0);
  EXPECT_EQ(band_grid(chip, {{4345, 80}}).group_rows, 2);
}

TEST(BandGrid, TakesAsManyColumnsAsItsRowsAreTooFew) {
  ChipSpec chip = joined(4, 3);
  chip.system.front().rows = 2;
  const std::vector<BandRun> runs{{11, 4}, {20, 1, true}};
  const BandGrid grid = band_grid(chip, runs);
  EXPECT_TRUE(has_rows(chip, grid, grid.rows_of(runs)));
  EXPECT_EQ(chips_on(chip, grid, grid.rows_of(runs)), grid.columns / 4 * 2);
}

/// Layers of so many whole chips need no second way, and a chip that holds them whole no more
/// chips than that.
TEST(BandGrid, LayersThatFillChipsWasteNone) {
  const ChipSpec chip = joined(24, 17);
  const std::vector<BandRun> runs{{4 * 408, 80}, {408, 1, true}};
  const BandGrid grid = band_grid(chip, runs);
  EXPECT_EQ(grid.pitch_of(4 * 408).period, 1);
  EXPECT_EQ(chips_on(chip, grid, grid.rows_of(runs)), grid.columns == 24 ? 321 : 322);
}

/// Layers from a chip's third upwards: as a rule an eighth beyond their tiles and a chip, never a
/// third; layers little larger than half a chip, or than one, on chips of their own take twice
/// theirs.
TEST(BandGrid, WastesLittle) {
  Index cases = 0, beyond_an_eighth = 0;
  double worst = 0.0;
  for (const auto& [columns, rows] :
       {std::pair<Index, Index>{24, 17}, {26, 26}, {16, 16}, {32, 8}}) {
    const ChipSpec chip = joined(columns, rows);
    const auto of_chip = static_cast<double>(columns * rows);
    for (const double size :
         {0.34, 0.51, 0.67, 0.76, 1.02, 1.1, 1.3, 1.64, 2.04, 2.7, 3.3, 4.1, 6.43, 9.2, 17.3}) {
      const auto tiles = static_cast<Index>(size * of_chip);
      const std::vector<BandRun> runs{{tiles, 600}, {tiles / 2, 1, true}};
      const BandGrid grid = band_grid(chip, runs);
      ASSERT_LE(grid.pitch_of(tiles).period, 6);
      const double need = 600.5 * static_cast<double>(tiles) / of_chip;
      const auto chips = static_cast<double>(chips_on(chip, grid, grid.rows_of(runs)));
      ASSERT_GE(chips, need - 1.0);
      worst = std::max(worst, chips / need);
      ++cases;
      if (chips > 1.125 * need + 1.0) ++beyond_an_eighth;
      EXPECT_LE(chips, 1.33 * need + 1.0) << columns << " x " << rows << ": " << tiles;
    }
  }
  EXPECT_LE(beyond_an_eighth, cases / 4) << worst;
}

}  // namespace
}  // namespace ohm
