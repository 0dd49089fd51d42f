// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/dither.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "crossbar/linearity.h"
#include "crossbar/read/calibrate.h"
#include "crossbar/read/mvm.h"
#include "tests/core/error_text.h"
#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

constexpr Index kRows = 128, kColumns = 40, kTokens = 200;

MacroSpec coarse(Index bits, const std::string& fidelity = "fused") {
  MacroSpec spec;
  spec.weight.slice_bits = {8};
  spec.adc.bits = bits;
  spec.fidelity = fidelity;
  return spec;
}

struct Problem {
  Matrix<std::int32_t> w = integers(kRows, kColumns, -127, 127, 1);
  Matrix<std::int32_t> x = integers(kTokens, kRows, -127, 127, 2);
};

/// Standard deviation of y - x w.
double error(const MacroSpec& spec, const Problem& problem) {
  Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, problem.w);
  Matrix<double> y = mvm(macro, matrix, problem.x, token_numbers(kTokens)).y;
  const Matrix<double> exact = integer_product(problem.x, problem.w);
  double squares = 0.0;
  for (size_t i = 0; i < y.values.size(); ++i) {
    squares += std::pow(y.values[i] - exact.values[i], 2.0);
  }
  return std::sqrt(squares / static_cast<double>(y.values.size()));
}

// Uniform weights and bits: sums of n rows have deviation sqrt(n / 12) tops, and the largest is
// n / 4 tops but for chance.
TEST(Dither, SpreadOfUniformBitsIsThatOfTheirDistribution) {
  for (const Index bits : {4, 6}) {
    const Macro macro = compile_macro(coarse(bits));
    const auto matrix = programmed(macro, integers(kRows, kColumns, -127, 127, 1));
    const double last = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1.0;
    const double nominal = last * 4.0 * std::sqrt(1.0 / 12.0 / static_cast<double>(kRows));
    EXPECT_NEAR(matrix.plan->spread / nominal, 0.83, 0.08) << bits;  // 40 columns, two signs
  }
}

TEST(Dither, FusedErrsAsSlicedDoesWhereSumsSpreadOverHalfAStep) {
  const Problem problem;
  for (const Index bits : {4, 5, 6}) {
    const double ratio = error(coarse(bits), problem) / error(coarse(bits, "sliced"), problem);
    EXPECT_NEAR(ratio, 1.0, 0.03) << bits;
  }
}

TEST(Dither, FusedIsRefusedWhereTheSumsOfTheMatrixSpreadOverLess) {
  const Problem problem;
  EXPECT_THAT(error_text<ArgumentError>([&] { error(coarse(3), problem); }),
              testing::AllOf(testing::HasSubstr("fidelity: fused found sums that spread over 0.2"),
                             testing::HasSubstr("expected at least 0.5")));
  EXPECT_GT(error(coarse(3, "sliced"), problem), 0.0);
}

TEST(Dither, CalibrationOrNoiseMendsIt) {
  const Problem problem;
  const Macro macro = compile_macro(coarse(3));
  auto matrix = programmed(macro, problem.w);
  EXPECT_LT(matrix.plan->spread, 0.3);
  calibrate_adc(macro, matrix, problem.x);
  EXPECT_GT(matrix.plan->spread, kDitheringSpread);
  EXPECT_EQ(mvm(macro, matrix, problem.x, token_numbers(kTokens)).y.rows, kTokens);
  MacroSpec noisy = coarse(2);
  noisy.adc.noise = 0.6;
  const Macro dithered = compile_macro(noisy);
  EXPECT_NEAR(programmed(dithered, problem.w).plan->spread, 0.6, 0.02);
}

TEST(Dither, CellsThatAreReadWithNoiseSpreadTheirSums) {
  MacroSpec spec = coarse(2);
  spec.device.read_noise = 0.0;
  const double silent = programmed(compile_macro(spec), Problem().w).plan->spread;
  spec.device.read_noise = 0.5;
  // 64 of 128 cells conduct; noise of half a cell's conductance, 3/4 of that of sums themselves
  const double noisy = programmed(compile_macro(spec), Problem().w).plan->spread;
  EXPECT_GT(noisy, 1.1 * silent);
  EXPECT_LT(noisy, 1.6 * silent);
}

TEST(Dither, SumsThatAreCodesCountByTheirNoiseAlone) {
  MacroSpec spec = coarse(AdcSpec::kAutoBits);
  spec.adc.range = "lossless";
  const Macro exact = compile_macro(spec);
  EXPECT_EQ(programmed(exact, Problem().w).plan->spread, std::numeric_limits<double>::infinity());
  spec.adc.noise = 0.1;
  EXPECT_NEAR(programmed(compile_macro(spec), Problem().w).plan->spread, 0.1, 1e-6);
}

TEST(Dither, CalibrationInputsAreJudgedWhereTheRangeNeedsNone) {
  MacroSpec spec = coarse(AdcSpec::kAutoBits);
  spec.adc.range = "lossless";
  set_programming_error(spec, 0.02);
  const Macro macro = compile_macro(spec);
  auto matrix = programmed(macro, Problem().w);
  EXPECT_GT(matrix.plan->spread, kDitheringSpread);  // of uniform inputs
  Matrix<std::int32_t> steady(kTokens, kRows);
  for (Index t = 0; t < kTokens; ++t) steady(t, 0) = 1;  // sums that never change
  calibrate_adc(macro, matrix, steady);
  EXPECT_LT(matrix.plan->spread, kDitheringSpread);
  calibrate_adc(macro, matrix, Problem().x);
  EXPECT_GT(matrix.plan->spread, kDitheringSpread);
}

TEST(Dither, ConvertersThatDoNotRoundNeedNone) {
  MacroSpec spec = coarse(2);
  spec.adc.kind = "ideal";
  spec.device.read_noise = 0.01;
  const Macro macro = compile_macro(spec);
  EXPECT_EQ(programmed(macro, Problem().w).plan->spread, std::numeric_limits<double>::infinity());
}

TEST(Dither, UniformInputsFillTheirRange) {
  MacroSpec spec;
  const auto x = uniform_inputs(compile_macro(spec), 1000);
  EXPECT_EQ(*std::ranges::min_element(x.values), -128);
  EXPECT_EQ(*std::ranges::max_element(x.values), 127);
  spec.weight = {1, "xnor", {1}, "bitlines", "column"};
  spec.input.bits = 1;
  const auto signs = uniform_inputs(compile_macro(spec), 10);
  for (const std::int32_t value : signs.values) EXPECT_EQ(std::abs(value), 1);
}

}  // namespace
}  // namespace ohm
