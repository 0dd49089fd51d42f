// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/geometry.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(Chip, HoldsSixteenOutputsOfEightBitWeightsPerArray) {
  const Chip chip = compile_chip(testing::shipped_chip());
  EXPECT_EQ(chip.shape.rows, 128);
  EXPECT_EQ(chip.shape.columns, 16);
  EXPECT_EQ(chip.cells_per_weight, 8);
  EXPECT_EQ(chip.cells_per_macro, 16384);
}

TEST(Chip, TileAreaIsTheSumOfItsParts) {
  const ChipSpec spec = testing::shipped_chip();
  const Chip chip = compile_chip(spec);
  const double parts = 96.0 * macro_area_total(spec.macro).area.si() + spec.buffer.area.si() +
                       spec.digital.area.si() + spec.noc.router_area.si();
  EXPECT_NEAR(chip.tile_area.si(), parts, 1e-12 * parts);
  EXPECT_NEAR(chip.link_length.si() * chip.link_length.si(), parts, 1e-12 * parts);
  EXPECT_NEAR(chip.area().si(), 676.0 * parts, 1e-9 * parts);
}

TEST(Chip, GatingDecidesWhichTilesDrawStaticPower) {
  EXPECT_EQ(compile_chip(testing::shipped_chip()).powered_tiles(5), 5);
  EXPECT_EQ(compile_chip(testing::shipped_chip({testing::with("gating", "none")})).powered_tiles(5),
            676);
}

TEST(Chip, RefusesAnArrayTooNarrowForOneWeight) {
  ChipSpec spec = testing::shipped_chip();
  spec.macro.array.n_bitlines = 7;  // a weight takes 8 cells
  EXPECT_THROW(compile_chip(spec), ConfigError);
  spec.macro.array.n_bitlines = 8;
  spec.macro.array.columns_per_adc = 8;
  EXPECT_EQ(compile_chip(spec).shape.columns, 1);
}

TEST(Chip, RowsWithoutClippingAreTheMostThatTheConverterTellsApart) {
  for (const char* bits : {"3", "5", "8"}) {
    for (const char* wordlines : {"16", "128"}) {
      MacroSpec macro = testing::shipped_chip({testing::with("macro.adc.bits", bits),
                                               testing::with("macro.array.n_wordlines", wordlines),
                                               testing::with("macro.array.rows_active", wordlines)})
                            .macro;
      const Index rows = rows_without_clipping(macro), all = macro.array.n_wordlines;
      macro.array.rows_active = rows;
      if (rows > 1) {
        EXPECT_LE(lossless_bits(macro), macro.adc.bits);
      }
      macro.array.rows_active = rows + 1;
      if (rows < all) {
        EXPECT_GT(lossless_bits(macro), macro.adc.bits);
      }
    }
  }
  MacroSpec ideal = testing::shipped_chip().macro;
  ideal.adc.kind = "ideal";
  EXPECT_EQ(rows_without_clipping(ideal), 128);
}

TEST(Chip, SplitForAccuracyMakesBlocksOfFewerRowsInWholeArrays) {
  const Chip plain = compile_chip(testing::shipped_chip());
  const Chip chip = compile_chip(testing::shipped_chip(
      {testing::with("map.split", "accuracy"), testing::with("macro.adc.bits", "5")}));
  EXPECT_LT(chip.shape.rows, plain.shape.rows);
  EXPECT_EQ(chip.shape.columns, plain.shape.columns);
  EXPECT_EQ(chip.cells_per_macro, plain.cells_per_macro);
  EXPECT_EQ(row_split_of(chip.spec), "equal");
  EXPECT_EQ(row_split_of(plain.spec), "max");
}

TEST(Chip, OfASystemSharesTheAreaOfLinks) {
  const ChipSpec spec = testing::shipped_chip({testing::with(
      "system", "[{columns: 2, rows: 2, link: link_hypertransport_isaac, links_per_edge: 3}]")});
  const Chip chip = compile_chip(spec), alone = compile_chip(testing::shipped_chip());
  EXPECT_EQ(chip.mesh.size(), 4 * 676);
  EXPECT_EQ(chip.n_links(0), 3 * 4);
  EXPECT_NEAR(chip.link_area(0).si(), 2 * 12 * 5.72e-6, 1e-12);
  EXPECT_NEAR(chip.area().si(), alone.area().si() + 6 * 5.72e-6, 1e-12);
  EXPECT_GT(chip.crossing_costs().front(), 100);  // 50.8 pJ/bit beside some tenths on chip
}

TEST(Chip, RefusesLinksThatAreWiderThanItsEdge) {
  const auto compiled = [](const std::string& links) {
    return compile_chip(testing::shipped_chip(
        {testing::with("mesh.columns", "1"), testing::with("mesh.rows", "1"),
         testing::with(
             "system",
             "[{columns: 2, rows: 1, link: link_ucie_standard, links_per_edge: " + links + "}]")}));
  };
  const double edge = compiled("1").link_length.si();
  const auto most = static_cast<int>(edge / 571.5e-6);
  EXPECT_NO_THROW(compiled(std::to_string(most)));
  EXPECT_THROW(compiled(std::to_string(most + 1)), ConfigError);
}

}  // namespace
}  // namespace ohm
