// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/seal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

Macro unsliced() {
  MacroSpec spec;
  spec.weight.slice_bits = {7};
  return compile_macro(spec);
}

/// One row of pairs whose differences are these numbers of level spacings.
TileCells pairs(const Macro& macro, const std::vector<double>& levels) {
  TileCells cells;
  const auto n = static_cast<Index>(levels.size());
  cells.side = {Matrix<double>(1, n), Matrix<double>(1, n, 1e-6)};
  for (Index j = 0; j < n; ++j) {
    cells.side[0](0, j) = 1e-6 + levels[static_cast<size_t>(j)] * macro.level_spacing(0).si();
  }
  return cells;
}

SealedCells sealed(const Macro& macro, const TileCells& cells) {
  return seal_cells(macro, cells, cells);
}

double entry(const SealedCells& sealed, Index j) {
  return operand_entry(sealed.entries, 0, j);
}

TEST(Seal, CellsOnTheirLevelsNeedOneCodePerLevel) {
  const Macro macro = unsliced();
  const SealedCells stored = sealed(macro, pairs(macro, {3.0, -127.0, 0.0}));
  EXPECT_EQ(stored.codes_per_level[0], 1);
  EXPECT_EQ(entry(stored, 1), -127.0);
}

TEST(Seal, OthersAreRoundedToTheFinestGridThatTwoBytesHold) {
  const Macro macro = unsliced();
  const SealedCells stored = sealed(macro, pairs(macro, {3.3, -100.2, 50.0}));
  EXPECT_EQ(stored.codes_per_level[0], 325);  // 32639 / 100.2
  EXPECT_NEAR(entry(stored, 0), 3.3 * 325.0, 0.5 + 1e-6);
  EXPECT_EQ(entry(stored, 2), 50.0 * 325.0);
  EXPECT_LE(std::abs(entry(stored, 1)), static_cast<double>(kLargestEntry));
}

TEST(Seal, RefusesCellsFarOutsideTheirRangeAndThoseThatAreNoNumbers) {
  const Macro macro = unsliced();
  EXPECT_THROW(sealed(macro, pairs(macro, {127.0 * 128.0})), ArgumentError);
  EXPECT_THROW(sealed(macro, pairs(macro, {std::nan("")})), ArgumentError);
}

}  // namespace
}  // namespace ohm
