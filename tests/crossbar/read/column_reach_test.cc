// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/column_reach.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/geometry.h"
#include "crossbar/product/exact_product.h"
#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

TEST(ColumnReach, IsTheSumOfTheEntriesOfEitherSign) {
  MacroSpec spec;
  spec.array.rows_active = 8;
  const Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, integers(20, 4, -127, 127, 1));
  const ProgrammedTile& tile = matrix.tiles.front();
  ASSERT_EQ(row_groups(spec, 20), 3);
  for (Index column = 0; column < 16; ++column) {
    double sum = 0.0, magnitude = 0.0, all = 0.0;
    for (Index g = 0; g < 3; ++g) {
      const ColumnReach reach = column_reach(macro, tile, g, column);
      EXPECT_GE(reach.up, 0.0);
      EXPECT_GE(reach.down, 0.0);
      sum += reach.up - reach.down;
      magnitude += reach.up + reach.down;
    }
    for (Index i = 0; i < 20; ++i) {
      const double entry = operand_entry(tile.cells.entries, i, column);
      sum -= entry;
      all += std::abs(entry);
    }
    EXPECT_EQ(sum, 0.0);
    EXPECT_EQ(magnitude, all);
  }
}

}  // namespace
}  // namespace ohm
