// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/tile_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/chip/chip.h"
#include "tests/core/error_text.h"
#include "tests/mapping/macros/kinds_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;
using testing::with_slc;

TEST(TileKind, IsThatOfAChipWithThisMacroAlone) {
  const ChipSpec spec = shipped_chip(with_slc("[]"));
  const TileKind kind = compile_tile_kind(spec, 1);
  const Chip alone =
      compile_chip(shipped_chip({with("macro.weight.slice_bits", "[1, 1, 1, 1, 1, 1, 1]")}));
  EXPECT_EQ(kind.name, "slc");
  EXPECT_EQ(kind.tile_area, alone.tile_area);
  EXPECT_EQ(kind.macro_area, alone.macro_area);
  EXPECT_EQ(kind.shape.columns, 9);
  EXPECT_EQ(kind.cells_per_weight, 14);
  EXPECT_EQ(kind.power.on, alone.power.on);
}

TEST(TileKind, TheLargestTileSetsTheDistanceOfAHop) {
  const std::string larger = "[{name: big, macros_per_tile: 200}]";
  const Chip chip = compile_chip(shipped_chip({with("macros", larger)}));
  EXPECT_EQ(chip.link_length.si(), std::sqrt(chip.kind(1).tile_area.si()));
  EXPECT_GT(chip.kind(1).tile_area, chip.tile_area);
}

TEST(TileKind, SaysWhichKindHoldsNoWeight) {
  ChipSpec spec = shipped_chip(with_slc("[]"));
  spec.macros[0].macro.array.n_bitlines = 4;
  EXPECT_THAT(error_text<ConfigError>([&] { compile_chip(spec); }),
              ::testing::HasSubstr("macros[0] (slc): macro.array.n_bitlines: 4 bitlines"));
}

}  // namespace
}  // namespace ohm
