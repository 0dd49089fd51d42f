// SPDX-License-Identifier: Apache-2.0
#include "crossbar/geometry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

MacroSpec isaac_like() {
  MacroSpec macro;
  macro.weight.bits = 16;
  macro.weight.encoding = "offset_column";
  macro.weight.slice_bits.assign(8, 2);
  macro.input.bits = 16;
  return macro;
}

TEST(Geometry, BitSerialInputsTakeOneStepPerGroupAndOneForTheSign) {
  InputSpec input;
  EXPECT_EQ(input_steps(input), 8);
  input.slice_bits = 2;
  EXPECT_EQ(input_steps(input), 5);  // 2 + 2 + 2 + 1 bits and the sign
  input.encoding = "bipolar";
  EXPECT_EQ(input_steps(input), 4);
  input.slice_bits = 8;
  EXPECT_EQ(input_steps(input), 1);
  input.slice_bits = 0;
  EXPECT_THROW(input_steps(input), ArgumentError);
}

TEST(Geometry, DifferentialHolds16OutputsAndOffsetColumnHolds31) {
  MacroSpec macro;
  EXPECT_EQ(bitlines_per_weight(macro.weight), 8);
  EXPECT_EQ(weight_columns(macro), 16);
  EXPECT_EQ(used_bitlines(macro, 16), 128);
  EXPECT_EQ(conversion_channels(macro), 64);
  macro.weight.encoding = "offset_column";
  EXPECT_EQ(bitlines_per_weight(macro.weight), 4);
  EXPECT_EQ(weight_columns(macro), 31);
  EXPECT_EQ(used_bitlines(macro, 31), 125);
  EXPECT_EQ(conversion_channels(macro), 127);
}

TEST(Geometry, ArrayTooNarrowForOneWeightHoldsNone) {
  MacroSpec macro;
  macro.array.n_bitlines = 7;
  EXPECT_EQ(weight_columns(macro), 0);
  EXPECT_THROW(used_bitlines(macro, 1), ArgumentError);
  macro.weight.slice_bits.clear();
  EXPECT_THROW(weight_columns(macro), ArgumentError);
}

TEST(Geometry, PairsOfBitlinesShareAnAdc) {
  MacroSpec macro;  // 128 bitlines, 8 per ADC: 16 ADCs with 4 pairs each
  EXPECT_EQ(conversions_per_adc(macro), 4);
  EXPECT_EQ(adcs_per_macro(macro), 16);
  macro.array.columns_per_adc = 1;
  EXPECT_EQ(adcs_per_macro(macro), 64);
  macro.weight.encoding = "offset_column";
  macro.array.columns_per_adc = 128;
  EXPECT_EQ(adcs_per_macro(macro), 1);
  EXPECT_EQ(conversions_per_adc(macro), 128);
}

TEST(Geometry, DigitalSubtractionGivesEveryBitlineAConversion) {
  MacroSpec macro;  // 128 bitlines, 8 to an ADC
  macro.weight.subtraction = "digital";
  EXPECT_EQ(conversions_per_slice(macro.weight), 2);
  EXPECT_EQ(conversion_channels(macro), 128);
  EXPECT_EQ(conversions_per_adc(macro), 8);
  EXPECT_EQ(adcs_per_macro(macro), 16);
  EXPECT_EQ(converter_of(macro, 1, 0), 1);  // four slices of two bitlines fill the first
}

TEST(Geometry, ConversionsPerOutputCountSlicesStepsAndRowGroups) {
  MacroSpec macro;
  macro.array.rows_active = 48;
  EXPECT_EQ(row_groups(macro, 48), 1);
  EXPECT_EQ(row_groups(macro, 49), 2);
  EXPECT_EQ(row_groups(macro, 0), 0);
}

TEST(Geometry, IsaacNeedsNineBitsBeforeItsFlipEncoding) {
  EXPECT_EQ(lossless_bits(isaac_like()), 9);  // 128 · 3 · 1 = 384
}

TEST(Geometry, SignedSumsTakeOneMoreBit) {
  MacroSpec macro;
  EXPECT_EQ(lossless_bits(macro), 10);
  macro = isaac_like();
  macro.input.encoding = "bipolar";
  EXPECT_EQ(lossless_bits(macro), 10);
}

TEST(Geometry, LosslessBitsHoldTheLargestSumAndNotOneBitLess) {
  MacroSpec macro = isaac_like();
  for (Index rows = 1; rows <= 128; ++rows) {
    for (Index slice_bits = 1; slice_bits <= 4; ++slice_bits) {
      macro.array.rows_active = rows;
      macro.input.slice_bits = slice_bits;
      const double largest = static_cast<double>(rows * 3 * ((1 << slice_bits) - 1));
      const auto bits = static_cast<int>(lossless_bits(macro));
      EXPECT_LE(largest, std::ldexp(1.0, bits) - 1);
      EXPECT_GT(largest, std::ldexp(1.0, bits - 1) - 1);
    }
  }
}

TEST(Geometry, AutomaticAndIdealConvertersAreLossless) {
  MacroSpec macro;
  EXPECT_EQ(effective_adc_bits(macro), 8);
  macro.adc.bits = AdcSpec::kAutoBits;
  EXPECT_EQ(effective_adc_bits(macro), 10);
  macro.adc.bits = 4;
  macro.adc.kind = "ideal";
  EXPECT_EQ(effective_adc_bits(macro), 10);
}

TEST(Geometry, AccumulatorHoldsAFullDotProduct) {
  MacroSpec macro;
  EXPECT_EQ(accumulator_bits(macro), 8 + 8 + 7);
  macro.array.n_wordlines = 129;
  EXPECT_EQ(accumulator_bits(macro), 8 + 8 + 8);
}

TEST(Geometry, GptTwoSmallTakes41472Arrays) {
  const MacroSpec macro;
  const Index columns = weight_columns(macro), rows = macro.array.n_wordlines;
  const Index shapes[][2] = {{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}};
  Index arrays = 0, weights = 0;
  for (const auto& [inputs, outputs] : shapes) {
    arrays += 12 * ((inputs + rows - 1) / rows) * ((outputs + columns - 1) / columns);
    weights += 12 * inputs * outputs;
  }
  EXPECT_EQ(weights, 84934656);
  EXPECT_EQ(arrays, 41472);
}

TEST(Geometry, LosslessBitsCountTheWidestDigitOfEverySlice) {
  MacroSpec spec;
  // -128 fits {2, 1, ..., 1}: its top digit is 2, which no positive weight has
  spec.weight.slice_bits = {2, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(lossless_bits(spec), 10);  // ±128 rows · 2
  // flipping compares with half of what the cells could hold, not with half of what is used
  spec.weight = {6, "isaac_flip", {4, 2, 2}, "bitlines", "column"};
  EXPECT_EQ(lossless_bits(spec), 9);  // 128 rows · 3
}

// Andrulis et al., RAELLA, ISCA 2023: 3 + 8 cycles; 0.018 conversions per product with 512 rows and
// three weight slices, of which 0.047 without speculation
TEST(Geometry, SpeculationDrivesMoreStepsAndConvertsFewerSums) {
  InputSpec input;
  EXPECT_EQ(driven_steps(input), 8);
  EXPECT_EQ(conversions_per_sum(input, 0.02), 8.0);
  EXPECT_NEAR(3 * conversions_per_sum(input, 0.02) / 512, 0.047, 0.0005);
  input.speculation.slice_bits = {4, 2, 2};
  EXPECT_EQ(driven_steps(input), 11);
  EXPECT_EQ(input_steps(input), 8);
  EXPECT_DOUBLE_EQ(conversions_per_sum(input, 0.02), 3.16);
  EXPECT_NEAR(3 * conversions_per_sum(input, 0.02) / 512, 0.018, 0.0006);
  EXPECT_EQ(conversions_per_sum(input, 1.0), 11.0);
}

}  // namespace
}  // namespace ohm
