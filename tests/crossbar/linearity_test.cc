// SPDX-License-Identifier: Apache-2.0
#include "crossbar/linearity.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/config/reader.h"
#include "core/error.h"
#include "crossbar/device/gaussian.h"
#include "crossbar/geometry.h"
#include "tests/repository.h"

namespace ohm {
namespace {

/// A gated array with resistive bitlines and cells that err.
MacroSpec gated() {
  MacroSpec spec;
  spec.device.kind = "gaussian";
  spec.array.r_bitline = Ohms(1.0);
  return spec;
}

/// Names of the conditions that fail.
std::vector<std::string> failing(const MacroSpec& spec) {
  std::vector<std::string> names;
  for (const LinearCondition& condition : linear_conditions(spec)) {
    EXPECT_FALSE(condition.why.empty());
    if (!condition.holds) names.push_back(condition.name);
  }
  return names;
}

TEST(Linearity, NoWiresAndNoClippingMakeOneMap) {
  MacroSpec spec;
  EXPECT_EQ(failing(spec), std::vector<std::string>{});
}

TEST(Linearity, SolvedWiresOfGatedArraysDependOnTheInputs) {
  MacroSpec spec = gated();
  EXPECT_EQ(failing(spec),
            std::vector<std::string>{"selectors do not follow the inputs, and zeros are driven"});
  spec.array.ir_drop = "gain";
  EXPECT_TRUE(failing(spec).empty());
  spec.array.ir_drop = "exact";
  spec.array.topology = "driven";
  EXPECT_TRUE(failing(spec).empty());
}

TEST(Linearity, NonlinearCellsAreOneMatrixAtOneAmplitudeWithoutWires) {
  MacroSpec spec;
  spec.array.topology = "driven";
  spec.device.iv.model = "sinh";
  EXPECT_TRUE(failing(spec).empty());
  spec.input.slice_bits = 4;
  EXPECT_EQ(failing(spec).size(), 1U);
  spec.input.slice_bits = 1;
  spec.array.r_wordline = Ohms(1.0);
  spec.array.ir_drop = "exact";
  EXPECT_EQ(failing(spec).size(), 1U);
}

TEST(Linearity, ConvertersMayRoundButNeitherErrNorClip) {
  MacroSpec errs;
  errs.adc.offset = 0.5;
  EXPECT_EQ(failing(errs).size(), 1U);
  MacroSpec dithers;
  dithers.adc.rounding = "stochastic";
  EXPECT_EQ(failing(dithers).size(), 1U);
  for (const char* range : {"percentile", "mse", "learned"}) {
    MacroSpec clips;
    clips.adc.range = range;
    EXPECT_EQ(failing(clips).size(), 1U) << range;
  }
}

TEST(Linearity, LosslessNeedsItsBitsAndUnsignedSumsMayNotErr) {
  MacroSpec spec;
  spec.adc.range = "lossless";
  spec.adc.bits = 4;
  EXPECT_EQ(failing(spec).size(), 1U);
  spec.adc.bits = lossless_bits(spec);
  EXPECT_TRUE(failing(spec).empty());
  spec.weight.encoding = "offset_column";
  spec.adc.bits = lossless_bits(spec);
  EXPECT_TRUE(failing(spec).empty());
  spec.device.read_noise = 0.01;
  EXPECT_EQ(failing(spec).size(), 1U);
}

/// The condition on rounding.
LinearCondition dithering(const MacroSpec& spec) {
  return linear_conditions(spec).back();
}

TEST(Linearity, TwoBitsRoundMoreThanTheSumsSpread) {
  MacroSpec spec;
  for (const Index bits : {2, 3, 8}) {
    spec.adc.bits = bits;
    EXPECT_EQ(dithering(spec).holds, bits > 2) << bits;
  }
  spec.adc.bits = 2;
  EXPECT_NE(dithering(spec).why.find("over 0.25 steps"), std::string::npos) << dithering(spec).why;
  EXPECT_EQ(failing(spec).size(), 1U);
  spec.adc.noise = 0.5;
  EXPECT_TRUE(dithering(spec).holds);
  spec.adc.noise = 0.0;
  spec.adc.kind = "ideal";
  EXPECT_TRUE(dithering(spec).holds);
}

// Sums that are codes stay codes under little noise, where rounding is the opposite of noise.
TEST(Linearity, NoiseOnSumsThatAreCodesMustReachHalfAStep) {
  MacroSpec spec;
  spec.adc.range = "lossless";
  spec.adc.bits = lossless_bits(spec);
  EXPECT_TRUE(dithering(spec).holds);
  spec.adc.noise = 0.1;
  EXPECT_EQ(failing(spec).size(), 1U);
  spec.adc.noise = 0.5;
  EXPECT_TRUE(dithering(spec).holds);
  spec.adc.noise = 0.1;
  spec.device.kind = "gaussian";
  EXPECT_TRUE(dithering(spec).holds);
}

TEST(Linearity, FusedIsRefusedByTheConditionThatFails) {
  try {
    load_spec<MacroSpec>("macro", "rram_128",
                         {{repository::configs()}, {{"fidelity", "fused", "test"}}, true});
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("fused needs that selectors"), std::string::npos)
        << error.what();
  }
}

TEST(Linearity, AutoSolvesGatedWiresAndScalesDrivenOnes) {
  MacroSpec spec = gated();
  EXPECT_EQ(resolved_ir_drop(spec), "exact");
  spec.array.topology = "driven";
  EXPECT_EQ(resolved_ir_drop(spec), "gain");
  spec.device.kind = "ideal";
  EXPECT_EQ(resolved_ir_drop(spec), "report");
  spec.array.ir_drop = "exact";
  EXPECT_EQ(resolved_ir_drop(spec), "exact");
}

TEST(Linearity, OnlyWiresThatCarryCurrentCount) {
  ArraySpec array;
  EXPECT_FALSE(has_resistance(array));
  array.r_wordline = Ohms(1.0);  // of gated arrays: no current flows into gates
  EXPECT_FALSE(has_resistance(array));
  array.topology = "driven";
  EXPECT_TRUE(has_resistance(array));
  array.topology = "gated";
  array.source_line = "wordline";
  EXPECT_TRUE(has_resistance(array));
}

}  // namespace
}  // namespace ohm
