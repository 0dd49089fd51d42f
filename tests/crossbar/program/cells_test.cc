// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/cells.h"

#include <gtest/gtest.h>

#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

TEST(Cells, LevelsAreSpacedEvenlyFromGMinToGMax) {
  MacroSpec spec;
  spec.weight.slice_bits = {7};
  const Macro macro = compile_macro(spec);
  Matrix<std::int32_t> w(1, 3);
  w(0, 0) = 127, w(0, 1) = -1, w(0, 2) = 0;
  const TileCells cells = realise_cells(macro, encode(macro, w, {0, 1}), {}, 0);
  EXPECT_EQ(cells.n_sides(), 2);
  EXPECT_EQ(cells.side[0](0, 0), spec.device.g_max.si());
  EXPECT_EQ(cells.side[1](0, 0), spec.device.g_min.si());
  EXPECT_DOUBLE_EQ(cells.side[1](0, 1), spec.device.g_min.si() + spec.device.range().si() / 127.0);
  EXPECT_EQ(cells.side[0](0, 2), spec.device.g_min.si());
}

TEST(Cells, EachArrayHasItsOwnReferenceColumn) {
  MacroSpec spec;
  spec.weight.encoding = "offset_column";
  const Macro macro = compile_macro(spec);  // 127 bitlines of 4 slices: 31 outputs per array
  const auto w = integers(5, 70, -127, 127, 1);
  const TileCells cells = realise_cells(macro, encode(macro, w, {0, 5}), {}, 0);
  EXPECT_EQ(cells.n_sides(), 1);
  EXPECT_EQ(cells.reference.rows, 5);
  EXPECT_EQ(cells.reference.cols, 3);
  EXPECT_EQ(cells.reference(4, 2), spec.device.g_min.si());
}

}  // namespace
}  // namespace ohm
