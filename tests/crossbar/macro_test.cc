// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro.h"

#include <gtest/gtest.h>

#include "core/config/reader.h"

namespace ohm {
namespace {

TEST(Macro, ResolvesAutomaticBitsToTheLosslessNumber) {
  MacroSpec spec;
  spec.adc.bits = AdcSpec::kAutoBits;
  spec.adc.range = "lossless";
  // 128 rows of level 3: 385 sums, 9 bits, and a sign for the differential pair
  EXPECT_EQ(compile_macro(spec).spec.adc.bits, 10);
}

TEST(Macro, OnlyOffsetColumnsWithOnePolarityHaveUnsignedSums) {
  MacroSpec spec;
  EXPECT_TRUE(compile_macro(spec).signed_sums);
  spec.weight.encoding = "offset_column";
  EXPECT_FALSE(compile_macro(spec).signed_sums);
  spec.input.encoding = "bipolar";
  EXPECT_TRUE(compile_macro(spec).signed_sums);
}

}  // namespace
}  // namespace ohm
