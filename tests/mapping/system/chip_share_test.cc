// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/chip_share.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(ChipShare, CountsTheTilesOfEachChip) {
  const Mesh mesh({2, 1}, {{2, 2}});  // 0 0 1 1 above 2 2 3 3
  const auto shares = chip_shares(mesh, {7, 0, 1, 6, 4, 5, 1, 0});
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_EQ(shares[0].chip, 0);
  EXPECT_EQ(shares[0].tiles, 4);
  EXPECT_EQ(shares[1].chip, 2);
  EXPECT_EQ(shares[2].chip, 3);
  EXPECT_EQ(shares[2].of_tiles, 0.25);
  EXPECT_TRUE(chip_shares(mesh, {}).empty());
}

TEST(ChipShare, OfOneChipIsAll) {
  const auto shares = chip_shares(Mesh(3, 3), {2, 8});
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares[0].of_tiles, 1.0);
}

}  // namespace
}  // namespace ohm
