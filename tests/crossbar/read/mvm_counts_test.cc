// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm_counts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/read/mvm.h"
#include "crossbar/read/mvm_reference.h"
#include "crossbar/read/sum_block.h"
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

/// A wordline's share of full drive, and the mean level of its cells.
struct Wordline {
  double drive = 0.0, level = 0.0;
};

/// What each input drives over all reads, and what it drives, one cell at a time.
std::vector<Wordline> wordlines(const Macro& macro, const ProgrammedMatrix& matrix,
                                const Matrix<std::int32_t>& inputs) {
  const auto cells = static_cast<double>(used_bitlines(macro.spec, matrix.columns));
  std::vector<Wordline> lines(static_cast<size_t>(matrix.rows));
  for (const ProgrammedTile& tile : matrix.tiles) {
    for (Index i = 0; i < tile.rows.rows; ++i) {
      Wordline& line = lines[static_cast<size_t>(tile.rows.first + i)];
      const Siemens mean(tile.row_conductance[static_cast<size_t>(i)] / cells);
      line.level = (mean - macro.spec.device.g_min) / macro.spec.device.range();
      for (Index t = 0; t < inputs.rows; ++t) {
        for (const InputSlice& slice : macro.input_slices) {
          line.drive += std::abs(static_cast<double>(slice.value(inputs(t, tile.rows.first + i)))) /
                        static_cast<double>(macro.max_input());
        }
      }
    }
  }
  return lines;
}

struct Moments {
  double mean_drive = 0.0, mean_level = 0.0, covariance = 0.0, var_drive = 0.0, var_level = 0.0;
};

Moments moments(const std::vector<Wordline>& lines) {
  Moments m;
  const auto n = static_cast<double>(lines.size());
  for (const Wordline& line : lines) {
    m.mean_drive += line.drive / n;
    m.mean_level += line.level / n;
  }
  for (const Wordline& line : lines) {
    const double d = line.drive - m.mean_drive, l = line.level - m.mean_level;
    m.covariance += d * l / n;
    m.var_drive += d * d / n;
    m.var_level += l * l / n;
  }
  return m;
}

TEST(MeanCellLevel, IsWhatIndependentInputsSeeWithinTheirStatistics) {
  const Macro macro = compile_macro(MacroSpec{});
  const auto matrix = programmed(macro, integers(400, 4, -127, 127, 1));
  const auto inputs = integers(16, 400, -128, 127, 2);
  const auto seen =
      input_statistics(macro, matrix, mvm(macro, matrix, inputs, token_numbers(16)).counts);
  const Moments m = moments(wordlines(macro, matrix, inputs));
  // Σ d l / Σ d over n wordlines, d and l independent: sigma(d) sigma(l) / mean(d) / √n off
  const double sigma = std::sqrt(m.var_drive * m.var_level / 400.0) / m.mean_drive;
  EXPECT_NEAR(mean_cell_level(macro, matrix), m.mean_level, 1e-12);
  EXPECT_NEAR(seen.cell_level, m.mean_level, 4.0 * sigma);
  EXPECT_LT(4.0 * sigma, 0.02 * m.mean_level);  // a bound that would notice a dependence
}

TEST(MeanCellLevel, MissesTheCovarianceOfDriveAndLevel) {
  const Macro macro = compile_macro(MacroSpec{});
  Matrix<std::int32_t> weights(300, 5), inputs(3, 300);
  for (Index i = 0; i < 300; ++i) {  // larger weights where inputs are larger, over three tiles
    for (Index j = 0; j < 5; ++j) weights(i, j) = static_cast<std::int32_t>(i * 127 / 299);
    for (Index t = 0; t < 3; ++t) inputs(t, i) = static_cast<std::int32_t>(i * 127 / 299 - t);
  }
  const auto matrix = programmed(macro, weights);
  const auto seen =
      input_statistics(macro, matrix, mvm(macro, matrix, inputs, token_numbers(3)).counts);
  const Moments m = moments(wordlines(macro, matrix, inputs));
  EXPECT_GT(m.covariance / m.mean_drive, 0.01 * m.mean_level);
  EXPECT_NEAR(seen.cell_level - mean_cell_level(macro, matrix), m.covariance / m.mean_drive, 1e-12);
}

TEST(MeanCellLevel, OfHalfAMatrixThatIsDrivenEightTimesAsOftenHasAClosedForm) {
  const Macro macro = compile_macro(MacroSpec{});
  // 127 in slices of 2 bits is 1, 3, 3, 3 of 3 on one side of each pair
  const double large = (1.0 / 3.0 + 1.0 + 1.0 + 1.0) / 4.0 / 2.0;
  Matrix<std::int32_t> weights(64, 6), inputs(2, 64);
  for (Index i = 0; i < 64; ++i) {
    for (Index j = 0; j < 6; ++j) weights(i, j) = i < 32 ? 127 : 0;
    for (Index t = 0; t < 2; ++t) inputs(t, i) = i < 32 ? -1 : 1;  // eight ones, and one
  }
  const auto matrix = programmed(macro, weights);
  const auto seen =
      input_statistics(macro, matrix, mvm(macro, matrix, inputs, token_numbers(2)).counts);
  EXPECT_NEAR(mean_cell_level(macro, matrix), large / 2.0, 1e-12);
  EXPECT_NEAR(seen.cell_level, large * 8.0 / 9.0, 1e-12);
  // cells conduct accordingly: (g_min + 8/9 l range) / (g_min + 1/2 l range)
  InputStatistics independent = seen;
  independent.cell_level = mean_cell_level(macro, matrix);
  const MvmBlock block{64, 6, 2};
  const double ratio = expected_activity(macro.spec, block, seen).conductance /
                       expected_activity(macro.spec, block, independent).conductance;
  const DeviceSpec& cell = macro.spec.device;
  EXPECT_NEAR(
      ratio,
      (cell.g_min + large * 8.0 / 9.0 * cell.range()) / (cell.g_min + large / 2.0 * cell.range()),
      1e-12);
}

TEST(MeanCellLevel, LeavesReferenceColumnsOut) {
  MacroSpec spec;
  spec.weight.encoding = "offset_column";
  const Macro macro = compile_macro(spec);
  const auto largest = programmed(macro, Matrix<std::int32_t>(20, 4, 127));
  EXPECT_NEAR(mean_cell_level(macro, largest), 1.0, 1e-12);  // 255 of 255
  const auto smallest = programmed(macro, Matrix<std::int32_t>(20, 4, -128));
  EXPECT_NEAR(mean_cell_level(macro, smallest), 0.0, 1e-12);
}

TEST(MvmCounts, WhatConversionsReturnStaysAssumed) {
  MacroSpec spec;
  spec.workload.code_share = 0.07;
  const Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, integers(20, 4, -127, 127, 1));
  const auto counts = mvm(macro, matrix, integers(3, 20, -127, 127, 2), token_numbers(3)).counts;
  EXPECT_EQ(input_statistics(macro, matrix, counts).code_share, 0.07);
}

/// Mean |code| / largest code, one conversion at a time, without noise and errors.
double code_share_by_hand(const Macro& macro, const ProgrammedMatrix& matrix,
                          const Matrix<std::int32_t>& x) {
  double sum = 0.0, n = 0.0;
  for (const ProgrammedTile& tile : matrix.tiles) {
    for_each_sum_block(macro, tile, x, [&](SumBlock& block) {
      for (Index r = 0; r < block.sums.rows; ++r) {
        for (Index j = 0; j < block.sums.cols; ++j, ++n) {
          const double code = block.gain * block.sums(r, j) / tile.step[static_cast<size_t>(j)];
          sum += std::min(127.0, std::abs(std::nearbyint(code))) / 127.0;
        }
      }
    });
  }
  return sum / n;
}

MacroSpec counting_macro() {
  MacroSpec spec;
  spec.adc.kind = "ramp";
  spec.adc.levels = "sign_magnitude";
  spec.adc.count_energy = 0.5;
  spec.adc.range = "max";
  return spec;
}

TEST(MvmCounts, CountingConvertersKnowTheMeanOfTheirCodes) {
  const Macro macro = compile_macro(counting_macro());
  const auto matrix = programmed(macro, integers(20, 4, -127, 127, 1));
  const auto x = integers(7, 20, -127, 127, 2);
  const MvmCounts counts = mvm(macro, matrix, x, token_numbers(7)).counts;
  EXPECT_EQ(counts.fused, 0);
  EXPECT_EQ(counts, mvm_reference(macro, matrix, x, token_numbers(7)).counts);
  EXPECT_NEAR(*input_statistics(macro, matrix, counts).code_share,
              code_share_by_hand(macro, matrix, x), 1e-12);
}

TEST(MvmCounts, HalfCodesAreWhole) {
  EXPECT_EQ(half_codes(std::vector<float>{-1.5F, 0.5F, 3.0F}), 10);
  EXPECT_EQ(half_codes(std::vector<double>{}), 0);
}

TEST(MvmCounts, TheTwoCodesOfAPairAreNotCounted) {
  MacroSpec spec = counting_macro();
  EXPECT_TRUE(counts_codes(spec));
  spec.weight.subtraction = "digital";
  EXPECT_FALSE(counts_codes(spec));
  EXPECT_FALSE(counts_codes(MacroSpec{}));
}

}  // namespace
}  // namespace ohm
