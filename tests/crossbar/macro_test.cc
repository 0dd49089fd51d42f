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

TEST(Macro, EveryLevelLiesOnTheConductanceGrid) {
  MacroSpec spec;
  for (Index bits = 1; bits <= 8; ++bits) {
    spec.weight.bits = bits + 1;
    spec.weight.slice_bits = {bits};
    const Macro macro = compile_macro(spec);
    const double level = spec.device.range().si() / static_cast<double>(macro.weight_slices[0].top);
    EXPECT_NEAR(macro.code_conductance(0).si() * static_cast<double>(macro.codes_per_level(0)),
                level, 1e-12 * level);
    EXPECT_GT(macro.codes_per_level(0) * macro.weight_slices[0].top, 65000);
  }
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
