// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/array_layout.h"

#include <gtest/gtest.h>

#include "crossbar/geometry.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

TileCells numbered(const Macro& macro, Index rows, Index outputs) {
  TileCells cells =
      realise_cells(macro, encode(macro, integers(rows, outputs, -7, 7, 1), {0, rows}), {}, 0);
  double next = 1e-6;
  for (Matrix<double>* part : {&cells.side[0], &cells.side[1], &cells.reference}) {
    for (double& g : part->values) g = next += 1e-9;
  }
  return cells;
}

TEST(ArrayLayout, PairsLieSideBySideAndUnusedCellsAreReset) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.rows_active = 5;
  const Macro macro = compile_macro(spec);  // 16 outputs of 4 pairs per array
  const TileCells cells = numbered(macro, 3, 20);
  const Matrix<double> g = gather_array(macro, cells, 1);
  EXPECT_EQ(g.rows, 5);
  EXPECT_EQ(g.cols, 128);
  for (Index s = 0; s < 4; ++s) {
    EXPECT_EQ(g(2, bitline_of(spec, 3, s, 0)), cells.side[0](2, s * 20 + 19));
    EXPECT_EQ(g(2, bitline_of(spec, 3, s, 1)), cells.side[1](2, s * 20 + 19));
  }
  EXPECT_EQ(g(2, 4 * 8), spec.device.g_min.si());
  EXPECT_EQ(g(4, 0), spec.device.g_min.si());
}

TEST(ArrayLayout, ScatterPutsBackWhatGatherTook) {
  for (const char* encoding : {"differential", "offset_column", "isaac_flip"}) {
    MacroSpec spec;
    spec.weight.encoding = encoding;
    const Macro macro = compile_macro(spec);
    const TileCells cells = numbered(macro, 9, 70);
    TileCells back = cells;
    for (Matrix<double>* part : {&back.side[0], &back.side[1], &back.reference}) {
      for (double& g : part->values) g = 0.0;
    }
    for (Index array = 0; array < arrays_across(macro, 70); ++array) {
      scatter_array(macro, gather_array(macro, cells, array), array, back);
    }
    EXPECT_EQ(back.side, cells.side) << encoding;
    EXPECT_EQ(back.reference, cells.reference) << encoding;
  }
}

}  // namespace
}  // namespace ohm
