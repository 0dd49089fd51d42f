// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/band_grid.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(BandGrid, WithoutBordersLayersFollowEachOther) {
  const BandGrid grid{6};
  const Pitch pitch = grid.pitch_of(20);
  EXPECT_EQ(pitch.rows, 4);
  EXPECT_EQ(pitch.row_of(3), 12);
  EXPECT_EQ(pitch.period, 1);
  EXPECT_EQ(grid.next_start(5), 5);
}

TEST(BandGrid, LayersBeyondHalfAChipTakeWholeRowsOfChips) {
  const BandGrid grid{6, 4};
  EXPECT_EQ(grid.pitch_of(13).row_of(1), 4);  // three of four rows
  EXPECT_EQ(grid.pitch_of(25).row_of(1), 8);  // five
  EXPECT_EQ(grid.pitch_of(25).period, 1);
}

TEST(BandGrid, SmallerLayersShareAChip) {
  const BandGrid grid{6, 7};
  const Pitch pitch = grid.pitch_of(12);  // two rows
  EXPECT_EQ(pitch.period, 3);
  EXPECT_EQ(pitch.row_of(0), 0);
  EXPECT_EQ(pitch.row_of(2), 4);
  EXPECT_EQ(pitch.row_of(3), 7);
  EXPECT_EQ(grid.next_start(8), 14);
}

TEST(BandGrid, BordersOfPackagesLengthenThePeriod) {
  const BandGrid grid{6, 4, 3};
  EXPECT_EQ(grid.pitch_of(24).period, 3);  // one row of chips each
  EXPECT_EQ(grid.pitch_of(40).period, 3);  // two
  EXPECT_EQ(grid.pitch_of(72).period, 1);  // three: a package
  EXPECT_EQ(grid.pitch_of(12).period, 6);  // two layers on a chip
  const BandGrid wide{6, 4, 11};           // more ways than are worth while
  EXPECT_EQ(wide.pitch_of(24).period, 1);
  EXPECT_EQ(wide.pitch_of(24).row_of(1), 44);
}

TEST(BandGrid, OfASystemIsAsWideAsItIs) {
  ChipSpec chip = testing::shipped_chip();
  LevelSpec level;
  level.columns = 5;
  chip.system = {level};
  EXPECT_EQ(band_grid(chip, 4345).columns, 5 * 26);
  EXPECT_EQ(band_grid(chip, 4345).chip_rows, 26);
  chip.system = {level, LevelSpec{}};
  chip.system.front().rows = 2;
  EXPECT_EQ(band_grid(chip, 4345).columns % (5 * 26), 0);
  EXPECT_EQ(band_grid(chip, 4345).group_rows, 2);
}

TEST(BandGrid, TakesNearlyTheFewestChips) {
  ChipSpec chip = testing::shipped_chip();
  chip.system = {LevelSpec{}};
  for (const Index tiles : {300, 700, 1109, 4345, 20000}) {
    const BandGrid grid = band_grid(chip, tiles);
    const Pitch pitch = grid.pitch_of(tiles);
    const double chips =
        static_cast<double>(pitch.step * grid.columns) / static_cast<double>(pitch.abreast * 676);
    const double least = static_cast<double>(tiles) / 676.0;
    EXPECT_GE(chips, least);
    EXPECT_LE(chips, 1.1 * std::max(0.5, std::ceil(least))) << tiles;
  }
}

}  // namespace
}  // namespace ohm
