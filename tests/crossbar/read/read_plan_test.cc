// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/read_plan.h"

#include <gtest/gtest.h>

#include "crossbar/read/mvm.h"
#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

MacroSpec lossless(Index bits) {
  MacroSpec spec;
  spec.adc.range = "lossless";
  spec.adc.bits = bits;
  return spec;
}

TEST(ReadPlan, OutputsThatCannotClipAreFusedAndTheOthersSliced) {
  const Macro macro = compile_macro(lossless(8));  // codes -127 … 127
  Matrix<std::int32_t> w(100, 3, 0);
  for (Index i = 0; i < 42; ++i) w(i, 0) = 3;                    // 42 rows of level 3: 126
  for (Index i = 0; i < 43; ++i) w(i, 1) = 3;                    // 43 rows: 129
  for (Index i = 0; i < 84; ++i) w(i, 2) = i % 2 == 0 ? 3 : -3;  // 126 either way
  const auto matrix = programmed(macro, w);
  const ReadPlan plan = plan_reads(macro, matrix);
  EXPECT_EQ(plan.tiles[0].fused_outputs, (std::vector<Index>{0, 2}));
  EXPECT_EQ(plan.tiles[0].sliced_outputs, (std::vector<Index>{1}));
  EXPECT_EQ(plan_reads(macro, matrix, Fusing::never).tiles[0].sliced_outputs.size(), 3U);

  const auto x = integers(4, 100, -128, 127, 1);
  const MvmResult result = mvm(macro, matrix, x, token_numbers(4));
  const auto exact = integer_product(x, w);
  for (Index t = 0; t < 4; ++t) {
    EXPECT_EQ(result.y(t, 0), exact(t, 0));
    EXPECT_EQ(result.y(t, 2), exact(t, 2));
  }
  EXPECT_EQ(result.counts.conversions, 4 * 8 * 4 * 3);
  EXPECT_EQ(result.counts.fused, 4 * 8 * 4 * 2);
}

TEST(ReadPlan, BipolarInputsReachBothSignsOfEveryCell) {
  MacroSpec spec = lossless(8);
  spec.input.encoding = "bipolar";
  const Macro macro = compile_macro(spec);
  Matrix<std::int32_t> w(84, 2, 0);
  for (Index i = 0; i < 84; ++i) w(i, 0) = i % 2 == 0 ? 3 : -3;  // 252
  for (Index i = 0; i < 42; ++i) w(i, 1) = i % 2 == 0 ? 3 : -3;  // 126
  EXPECT_EQ(plan_reads(macro, programmed(macro, w)).tiles[0].fused_outputs,
            (std::vector<Index>{1}));
}

TEST(ReadPlan, NothingIsFusedWhereNoiseErrorsOrRangesRoundTheSums) {
  const auto w = integers(30, 8, -127, 127, 1);
  std::vector<MacroSpec> specs(5, lossless(12));
  set_programming_error(specs[0], 0.02);
  specs[1].device.read_noise = 0.01;
  specs[2].adc.noise = 0.1;
  specs[3].adc.range = "max";
  specs[4].adc.gain_error = 0.01;
  for (const MacroSpec& spec : specs) {
    const Macro macro = compile_macro(spec);
    EXPECT_TRUE(plan_reads(macro, programmed(macro, w)).tiles[0].fused_outputs.empty());
  }
  const Macro macro = compile_macro(lossless(12));
  EXPECT_EQ(plan_reads(macro, programmed(macro, w)).tiles[0].fused_outputs.size(), 8U);
}

TEST(ReadPlan, SilentConvertersThatDoNotRoundAreLinear) {
  MacroSpec spec;
  spec.adc.kind = "ideal";
  set_programming_error(spec, 0.02);
  const auto w = integers(30, 8, -127, 127, 1);
  const Macro macro = compile_macro(spec);
  EXPECT_EQ(plan_reads(macro, programmed(macro, w)).tiles[0].way, TilePlan::Way::linear);
  spec.device.read_noise = 0.01;
  const Macro noisy = compile_macro(spec);
  EXPECT_EQ(plan_reads(noisy, programmed(noisy, w)).tiles[0].way, TilePlan::Way::kernels);
}

}  // namespace
}  // namespace ohm
