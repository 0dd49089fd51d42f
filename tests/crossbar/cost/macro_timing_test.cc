// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_timing.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

TEST(MacroTiming, ReadHidesTheConversionsOfTheDefaultMacro) {
  const MacroTiming timing = macro_timing(MacroSpec{});
  EXPECT_EQ(timing.n_input_steps, 8);
  EXPECT_EQ(timing.n_row_groups, 1);
  EXPECT_EQ(timing.conversions_per_adc, 4);
  EXPECT_DOUBLE_EQ(timing.step.si(), 10e-9);
  EXPECT_DOUBLE_EQ(timing.interval.si(), 80e-9);
  EXPECT_DOUBLE_EQ(timing.latency.si(), 80e-9 + 4e-9 + 1e-9);
}

TEST(MacroTiming, IsaacTakes100NanosecondsPerStepAnd1600PerMvm) {
  MacroSpec isaac;
  isaac.weight.bits = isaac.input.bits = 16;
  isaac.weight.encoding = "offset_column";
  isaac.weight.slice_bits.assign(8, 2);
  isaac.array.columns_per_adc = 128;
  isaac.read.time = Seconds(100e-9);
  isaac.adc.rate = Hertz(1.28e9);
  EXPECT_DOUBLE_EQ(macro_timing(isaac).step.si(), 100e-9);
  EXPECT_NEAR(macro_timing(isaac).interval.si(), 1.6e-6, 1e-18);
}

TEST(MacroTiming, SlowConvertersSetTheStep) {
  MacroSpec macro;
  macro.array.columns_per_adc = 128;  // 64 pairs on one ADC at 1 GS/s
  EXPECT_DOUBLE_EQ(macro_timing(macro).step.si(), 64e-9);
  EXPECT_DOUBLE_EQ(macro_timing(macro).interval.si(), 512e-9);
}

TEST(MacroTiming, UnusedRowsAndColumnsSaveTime) {
  MacroSpec macro;
  macro.array.rows_active = 32;
  macro.array.columns_per_adc = 128;
  EXPECT_EQ(macro_timing(macro).n_row_groups, 4);
  EXPECT_EQ(macro_timing(macro, 33, 16).n_row_groups, 2);
  EXPECT_EQ(macro_timing(macro, 32, 16).n_row_groups, 1);
  EXPECT_DOUBLE_EQ(macro_timing(macro, 128, 4).step.si(), 16e-9);
  EXPECT_DOUBLE_EQ(macro_timing(macro, 128, 1).step.si(), 10e-9);
}

TEST(MacroTiming, RefusesABlockThatDoesNotFit) {
  EXPECT_THROW(macro_timing(MacroSpec{}, 0, 1), ArgumentError);
  EXPECT_THROW(macro_timing(MacroSpec{}, 129, 1), ArgumentError);
  EXPECT_THROW(macro_timing(MacroSpec{}, 1, 0), ArgumentError);
  EXPECT_THROW(macro_timing(MacroSpec{}, 1, 17), ArgumentError);
}

}  // namespace
}  // namespace ohm
