// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/sum_block.h"

#include <gtest/gtest.h>

#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

TEST(SumBlock, VisitsEverySumOfEveryRowGroupOnce) {
  MacroSpec spec;
  spec.array.rows_active = 48;
  const Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, integers(100, 9, -127, 127, 1));
  const auto x = integers(5, 100, -128, 127, 2);
  Matrix<std::int32_t> visits(5 * 8, 3);
  for_each_sum_block(macro, matrix.tiles[0], x, [&](SumBlock& block) {
    for (Index row = 0; row < block.sums.rows; ++row) {
      ++visits(block.tokens.first * 8 + row, block.group);
      for (Index column = 0; column < block.sums.cols; ++column) {
        double sum = 0.0;
        for (Index i = 0; i < block.range.rows; ++i) {
          sum += block.driven(row, i) *
                 operand_entry(matrix.tiles[0].cells.entries, block.range.first + i, column);
        }
        EXPECT_EQ(block.sums(row, column), sum);
      }
    }
  });
  EXPECT_EQ(visits, Matrix<std::int32_t>(5 * 8, 3, 1));
}

}  // namespace
}  // namespace ohm
