// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/line_faults.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/program/array_layout.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Share of cells without current in a tile of many arrays.
double silent_share(double wordline, double bitline, Index spares) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.rows_active = 32;
  spec.device.faults = {wordline, bitline, spares};
  const Macro macro = compile_macro(spec);
  const Matrix<std::int32_t> w(32, 16 * 200, 5);
  const TileCells cells = realise_cells(macro, encode(macro, w, {0, 32}), {}, 0);
  double silent = 0.0;
  for (const double g : cells.side[0].values) silent += g == 0.0 ? 1.0 : 0.0;
  return silent / static_cast<double>(cells.side[0].size());
}

TEST(LineFaults, DeadLinesCarryNoCurrentAtTheirRates) {
  EXPECT_EQ(silent_share(0.0, 0.0, 0), 0.0);
  EXPECT_EQ(silent_share(1.0, 0.0, 0), 1.0);
  // 200 arrays × 32 wordlines, and 200 × 64 bitlines of this side: five standard errors
  EXPECT_NEAR(silent_share(0.05, 0.0, 0), 0.05, 5 * std::sqrt(0.05 / 6400.0));
  EXPECT_NEAR(silent_share(0.0, 0.02, 0), 0.02, 5 * std::sqrt(0.02 / 12800.0));
}

TEST(LineFaults, SpareBitlinesReplaceDeadOnesWhileTheyLast) {
  const double bare = silent_share(0.0, 0.01, 0);
  EXPECT_GT(bare, 0.005);
  EXPECT_LT(silent_share(0.0, 0.01, 1), bare);
  EXPECT_EQ(silent_share(0.0, 0.01, 16), 0.0);
  EXPECT_EQ(silent_share(0.0, 1.0, 4), 1.0);  // spares that are dead themselves help nobody
}

TEST(LineFaults, ADeadReferenceTakesTheFirstSpare) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.rows_active = 8;
  spec.array.n_bitlines = 33;
  spec.weight.encoding = "offset_column";
  spec.device.faults = {0.0, 0.1, 2};
  const Macro macro = compile_macro(spec);
  const Matrix<std::int32_t> w(8, 8 * 200, 5);
  const TileCells cells = realise_cells(macro, encode(macro, w, {0, 8}), {}, 0);
  Index dead = 0;
  for (Index array = 0; array < cells.reference.cols; ++array) {
    dead += cells.reference(0, array) == 0.0 ? 1 : 0;
  }
  // both spares dead: 1 % of the 10 % of references; five standard errors
  EXPECT_LT(static_cast<double>(dead), 200 * 0.001 + 5 * std::sqrt(200 * 0.001));
}

}  // namespace
}  // namespace ohm
