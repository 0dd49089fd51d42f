// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm_counts.h"

#include <gtest/gtest.h>

#include "crossbar/read/mvm.h"
#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

TEST(MvmCounts, WhatWasAddedComesBackAsADifference) {
  const Macro macro = compile_macro(MacroSpec{});
  const auto matrix = programmed(macro, integers(20, 4, -127, 127, 1));
  const auto first = mvm(macro, matrix, integers(3, 20, -127, 127, 2), token_numbers(3)).counts;
  const auto second = mvm(macro, matrix, integers(5, 20, -127, 127, 3), token_numbers(5)).counts;
  MvmCounts sum;
  sum += first;
  EXPECT_EQ(sum, first);
  sum += second;
  EXPECT_EQ(sum.mvms, 8);
  EXPECT_EQ(sum.conversions, 8 * 8 * 4 * 4);
  EXPECT_EQ(sum - first, second);
}

TEST(MvmCounts, NoReadsHaveNoStatistics) {
  const Macro macro = compile_macro(MacroSpec{});
  const auto matrix = programmed(macro, integers(20, 4, -127, 127, 1));
  const InputStatistics none = input_statistics(macro, matrix, MvmCounts::none(macro, 20));
  EXPECT_EQ(none.bit_density, 0.0);
  EXPECT_EQ(none.cell_level, 0.0);
}

}  // namespace
}  // namespace ohm
