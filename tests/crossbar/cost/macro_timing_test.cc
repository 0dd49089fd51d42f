// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_timing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/config/reader.h"
#include "core/error.h"
#include "crossbar/cost/mvm_activity.h"
#include "tests/repository.h"

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

TEST(MacroTiming, SerialStepsReadAndConvertOneAfterTheOther) {
  MacroSpec macro;
  macro.read.pipeline = "none";
  const MacroTiming timing = macro_timing(macro);
  EXPECT_NEAR(timing.step.si(), 10e-9 + 4e-9, 1e-20);
  EXPECT_NEAR(timing.interval.si(), 8 * 14e-9, 1e-20);
  EXPECT_EQ(timing.latency, timing.interval);
}

TEST(MacroTiming, SynchronousStagesTakeAStepEach) {
  MacroSpec macro;
  macro.read.pipeline = "synchronous";
  EXPECT_NEAR(macro_timing(macro).interval.si(), 80e-9, 1e-20);
  EXPECT_NEAR(macro_timing(macro).latency.si(), 100e-9, 1e-20);
  macro.read.overlap = false;
  EXPECT_EQ(macro_timing(macro).interval, macro_timing(macro).latency);
}

TEST(MacroTiming, MoreBitsTakeMoreOfTheCyclesOfABinarySearch) {
  MacroSpec macro;
  macro.read.pipeline = "none";
  macro.adc.rate_bits = 8;  // 9 cycles in 1 ns
  macro.adc.bits = 11;
  EXPECT_NEAR(macro_timing(macro).step.si(), 10e-9 + 4e-9 * 12 / 9, 1e-20);
}

TEST(MacroTiming, CountingStopsWithTheLargestCode) {
  AdcSpec ramp;
  ramp.kind = "ramp";
  ramp.rate = Hertz(1e6);
  EXPECT_DOUBLE_EQ(conversion_time(ramp, 8, 0.25).si(), 1e-6);
  ramp.early_stop = true;
  EXPECT_DOUBLE_EQ(conversion_time(ramp, 8, 0.25).si(), 0.25e-6);
  EXPECT_DOUBLE_EQ(conversion_time(ramp, 8, 0.0).si(), 1e-6 / 256);
  MacroSpec macro;
  macro.adc = ramp;
  const double share = largest_share(macro.workload.code_share, 16 * 4);
  EXPECT_NEAR(macro_timing(macro).step.si(), 4 * share * 1e-6, 1e-15);
  EXPECT_NEAR(macro_timing(macro, 128, 16, 0.5).step.si(), 2e-6, 1e-15);
}

TEST(MacroTiming, LessSignificantSlicesStopAtTheCommonStep) {
  MacroSpec macro;
  macro.array.topology = "driven";
  macro.input = {6, 1, "split_pwm", "dynamic", 99.9, 3};  // two and three bits of |x|
  EXPECT_EQ(conversion_bits(macro, 0), 8);
  macro.adc.common_step = true;
  EXPECT_EQ(conversion_bits(macro, 0), 5);
  EXPECT_EQ(conversion_bits(macro, 1), 8);
  macro.adc.bits = 2;
  EXPECT_EQ(conversion_bits(macro, 0), 1);
}

// 48 cores x 65,536 operations over the throughputs of Extended Data Fig. 12d of Wan et al., Nature
// 608, 504 (2022), as read by CiMLoop (Andrulis et al., ISPASS 2024). This project fitted nothing.
TEST(MacroTiming, PredictsTheThroughputOfNeurramAtEightPrecisions) {
  struct Point {
    Index output_bits, input_bits;
    double tops;
  };
  const std::vector<Point> points{{3, 1, 2.122},  {4, 2, 1.793},  {5, 3, 1.165},  {6, 4, 0.744},
                                  {7, 5, 0.5254}, {8, 6, 0.4177}, {9, 7, 0.3439}, {10, 8, 0.2639}};
  double sum = 0.0;
  for (const Point& point : points) {
    MacroSpec macro =
        load_spec<MacroSpec>("macro", "neurram",
                             {{repository::configs()},
                              {{"adc.bits", std::to_string(point.output_bits), "test"},
                               {"input.bits", std::to_string(point.input_bits), "test"}}});
    const double tops = 48 * 2.0 * 128 * 256 / macro_timing(macro).interval.si() * 1e-12;
    EXPECT_NEAR(tops / point.tops, 1.0, 0.15) << point.output_bits;
    sum += std::abs(tops / point.tops - 1.0) / 8.0;
  }
  EXPECT_LT(sum, 0.04);
}

TEST(MacroTiming, RefusesABlockThatDoesNotFit) {
  EXPECT_THROW(macro_timing(MacroSpec{}, 0, 1), ArgumentError);
  EXPECT_THROW(macro_timing(MacroSpec{}, 129, 1), ArgumentError);
  EXPECT_THROW(macro_timing(MacroSpec{}, 1, 0), ArgumentError);
  EXPECT_THROW(macro_timing(MacroSpec{}, 1, 17), ArgumentError);
}

// Andrulis et al., RAELLA, ISCA 2023: 128 conversions in each of 11 cycles of 100 ns
TEST(MacroTiming, SpeculationTakesElevenCyclesInsteadOfEight) {
  MacroSpec raella;
  raella.array.n_wordlines = raella.array.rows_active = 512;
  raella.array.n_bitlines = 1024;
  raella.array.columns_per_adc = 256;
  raella.weight.encoding = "centre_offset";
  raella.weight.slice_bits = {2, 2, 2, 2};
  raella.read.time = Seconds(15e-9);
  raella.adc.rate = Hertz(1.28e9);
  EXPECT_NEAR(macro_timing(raella).interval.si(), 0.8e-6, 1e-18);
  raella.input.speculation.slice_bits = {4, 2, 2};
  EXPECT_EQ(macro_timing(raella).n_input_steps, 11);
  EXPECT_NEAR(macro_timing(raella).interval.si(), 1.1e-6, 1e-18);
}

}  // namespace
}  // namespace ohm
