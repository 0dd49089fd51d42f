// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/chips_for.h"

#include <gtest/gtest.h>

#include "mapping/chip/map_network.h"
#include "tests/mapping/macros/kinds_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

ChipSpec of_ten_tiles(const std::string& macros) {
  return shipped_chip({with("mesh.columns", "5"), with("mesh.rows", "2"), with("macros", macros),
                       with("macros_per_tile", "4"),
                       with("system", "[{link: link_ucie_standard}]")});
}

TEST(ChipsFor, KindsWithoutANumberShareTheTiles) {
  const ChipSpec chip = of_ten_tiles("[{name: a}, {name: b}]");
  EXPECT_EQ(chips_for(chip, {0, 0, 0}), 0);
  EXPECT_EQ(chips_for(chip, {4, 3, 3}), 1);
  EXPECT_EQ(chips_for(chip, {4, 3, 4}), 2);
}

TEST(ChipsFor, AKindWithANumberHasNoMoreOfThem) {
  const ChipSpec chip = of_ten_tiles("[{name: a, tiles: 2}, {name: b}]");
  EXPECT_EQ(chips_for(chip, {4, 2, 4}), 1);
  EXPECT_EQ(chips_for(chip, {4, 3, 4}), 2);
  EXPECT_EQ(chips_for(chip, {5, 0, 4}), 2);  // those of kind a stay empty
  EXPECT_EQ(chips_for(of_ten_tiles("[{name: a, tiles: 10}]"), {1, 10}), kMostSystemTiles);
  EXPECT_EQ(chips_for(of_ten_tiles("[{name: a, tiles: 10}]"), {0, 11}), 2);
}

TEST(ChipsFor, ASystemGrowsUntilEveryKindHasRoom) {
  ChipSpec chip = of_ten_tiles("[{name: a, tiles: 1}]");
  chip.map.matrices = {{"h.*.attn.out", "crossbar", "a", 2}};  // two times two blocks, twice
  const Mapping m = map_network(build_network(testing::tiny_gpt()), chip);
  EXPECT_EQ(m.placement.tiles_of(1), 2);
  EXPECT_EQ(m.chip.mesh.n_chips(), 2);
}

}  // namespace
}  // namespace ohm
