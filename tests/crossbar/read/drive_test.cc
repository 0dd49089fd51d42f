// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/drive.h"

#include <gtest/gtest.h>

#include "crossbar/geometry.h"
#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

MacroSpec spec_of(const char* encoding, Index step_bits) {
  MacroSpec spec;
  spec.input.encoding = encoding;
  spec.input.slice_bits = step_bits;
  spec.array.rows_active = 48;
  return spec;
}

TEST(Drive, EveryStepDrivesTheValueOfItsSlice) {
  for (const char* encoding : {"bit_serial", "bipolar"}) {
    for (const Index bits : {1, 3, 7}) {
      const Macro macro = compile_macro(spec_of(encoding, bits));
      const auto matrix = programmed(macro, Matrix<std::int32_t>(200, 2, 1));
      const auto x = integers(6, 200, -127, 127, 1);
      const ProgrammedTile& tile = matrix.tiles[1];  // rows 128 … 199
      const auto driven = drive_steps(macro, tile, 1, x, {2, 3});
      const Index n_steps = std::ssize(macro.input_slices);
      ASSERT_EQ(driven.rows, 3 * n_steps);
      ASSERT_EQ(driven.cols, 72 - 48);
      for (Index row = 0; row < driven.rows; ++row) {
        const InputSlice& slice = macro.input_slices[static_cast<size_t>(row % n_steps)];
        for (Index i = 0; i < driven.cols; ++i) {
          EXPECT_EQ(driven(row, i), slice.value(x(2 + row / n_steps, 128 + 48 + i)));
        }
      }
    }
  }
}

TEST(Drive, CountsAddUpLoadsAndUsesOfEveryWordline) {
  const Macro macro = compile_macro(spec_of("bipolar", 4));
  const auto matrix = programmed(macro, Matrix<std::int32_t>(60, 2, 1));
  const auto x = integers(9, 60, -127, 127, 1);
  MvmCounts counts = MvmCounts::none(macro, 60);
  for (Index g = 0; g < 2; ++g) {
    const auto driven = drive_steps(macro, matrix.tiles[0], g, x, {0, 9});
    count_drive(macro, matrix.tiles[0], g, driven, counts);
  }
  for (Index i = 0; i < 60; ++i) {
    for (Index b = 0; b < 2; ++b) {
      std::int64_t load = 0, active = 0;
      for (Index t = 0; t < 9; ++t) {
        const Index value = macro.input_slices[static_cast<size_t>(b)].value(x(t, i));
        load += std::abs(value), active += value != 0 ? 1 : 0;
      }
      EXPECT_EQ(counts.drive(b, i), load);
      EXPECT_EQ(counts.active(b, i), active);
    }
  }
}

/// Bits against steps, values and counts, on every row group.
void expect_same_bits(const MacroSpec& spec, std::int32_t low, std::int32_t high) {
  const Macro macro = compile_macro(spec);
  ASSERT_TRUE(drives_bits(macro));
  const auto matrix = programmed(macro, Matrix<std::int32_t>(60, 2, 1));
  auto x = integers(9, 60, low, high, 1);
  for (std::int32_t& value : x.values) value = value == 0 ? high : value;  // one bit has no zero
  MvmCounts expected = MvmCounts::none(macro, 60), counts = expected;
  for (Index g = 0; g < row_groups(spec, matrix.tiles[0].rows.rows); ++g) {
    const auto driven = drive_steps(macro, matrix.tiles[0], g, x, {2, 6});
    const ByteInputs bits = drive_bits(macro, matrix.tiles[0], g, x, {2, 6});
    count_drive(macro, matrix.tiles[0], g, driven, expected);
    count_drive(macro, matrix.tiles[0], g, bits, counts);
    ASSERT_EQ(bits.n_vectors, driven.rows);
    for (Index v = 0; v < driven.rows; ++v) {
      std::int64_t sum = 0;
      for (Index i = 0; i < driven.cols; ++i) {
        EXPECT_EQ(bits.digits.front().row(v)[i], driven(v, i));
        sum += driven(v, i);
      }
      EXPECT_EQ(bits.sums[static_cast<size_t>(v)], sum);
    }
  }
  EXPECT_EQ(counts.drive.values, expected.drive.values);
  EXPECT_EQ(counts.active.values, expected.active.values);
}

TEST(Drive, StepsOfOneBitAreTheSameAsBytes) {
  expect_same_bits(spec_of("bit_serial", 1), -128, 127);
  MacroSpec binary = spec_of("bit_serial", 1);
  binary.input.bits = 1;
  binary.weight.encoding = "xnor";
  binary.weight.bits = 1;
  binary.weight.slice_bits = {1};
  expect_same_bits(binary, -1, 1);
}

TEST(Drive, StepsOfSeveralBitsAndPolaritiesAreNoBits) {
  EXPECT_FALSE(drives_bits(compile_macro(spec_of("bit_serial", 2))));
  EXPECT_FALSE(drives_bits(compile_macro(spec_of("bipolar", 1))));
}

TEST(Drive, InputSumsAreThoseOfTheRowGroups) {
  MacroSpec spec = spec_of("bit_serial", 1);
  spec.weight.encoding = "offset_column";
  const Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, Matrix<std::int32_t>(60, 2, 1));
  const auto x = integers(3, 60, -127, 127, 1);
  const auto sums = input_sums(macro, matrix.tiles[0], x, {1, 2});
  ASSERT_EQ(sums.cols, 2);
  for (Index t = 0; t < 2; ++t) {
    double first = 0.0, second = 0.0;
    for (Index i = 0; i < 60; ++i) (i < 48 ? first : second) += x(1 + t, i);
    EXPECT_EQ(sums(t, 0), first);
    EXPECT_EQ(sums(t, 1), second);
  }
}

}  // namespace
}  // namespace ohm
