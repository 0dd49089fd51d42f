// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/output_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/error.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/read/mvm.h"
#include "crossbar/read/read_plan.h"
#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

constexpr Index kRows = 70, kColumns = 12;

MacroSpec noisy() {
  MacroSpec spec;
  set_programming_error(spec, 0.03);
  spec.device.read_noise = 0.05;
  spec.adc.kind = "ideal";
  spec.array.n_wordlines = spec.array.rows_active = 64;  // two row tiles, the last one short
  return spec;
}

struct Case {
  const char* weights;
  std::vector<Index> slices;
  const char* inputs;
  Index input_slice;
  const char* pair;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{{"differential", {2, 2, 2, 2}, "bit_serial", 1, "bitlines"},
                                     {"differential", {7}, "bipolar", 7, "bitlines"},
                                     {"differential", {4, 4}, "bit_serial", 2, "wordlines"},
                                     {"centre_offset", {2, 2, 2, 2}, "bit_serial", 1, "bitlines"},
                                     {"offset_column", {4, 4}, "pwm", 1, "bitlines"},
                                     {"twos_complement", {1, 3, 4}, "bipolar", 4, "bitlines"},
                                     {"isaac_flip", {4, 4}, "bit_serial", 1, "bitlines"}};
  return all;
}

MacroSpec spec_of(const Case& of) {
  MacroSpec spec = noisy();
  spec.weight.encoding = of.weights;
  spec.weight.slice_bits = of.slices;
  spec.weight.pair = of.pair;
  spec.input.encoding = of.inputs;
  spec.input.slice_bits = of.input_slice;
  if (std::string(of.pair) == "wordlines") spec.array.topology = "driven";
  return spec;
}

/// Mean and variance of every output over many reads of one input.
struct Moments {
  std::vector<double> mean, variance;
};

Moments moments(const MacroSpec& spec, Index reads, Index low = -127, Index high = 127) {
  const Macro macro = compile_macro(spec);
  const WeightRange range = weight_range(spec.weight);
  const auto matrix = programmed(macro, integers(kRows, kColumns, range.low, range.high, 3));
  const auto one = integers(1, kRows, low, high, 4);
  Matrix<std::int32_t> x(reads, kRows);
  for (Index t = 0; t < reads; ++t) std::ranges::copy(one.values, x.row(t).begin());
  const Matrix<double> y = mvm(macro, matrix, x, token_numbers(reads)).y;
  Moments of{std::vector<double>(kColumns, 0.0), std::vector<double>(kColumns, 0.0)};
  for (Index j = 0; j < kColumns; ++j) {
    double sum = 0.0, squares = 0.0;
    for (Index t = 0; t < reads; ++t) sum += y(t, j);
    const double mean = sum / static_cast<double>(reads);
    for (Index t = 0; t < reads; ++t) squares += (y(t, j) - mean) * (y(t, j) - mean);
    of.mean[static_cast<size_t>(j)] = mean;
    of.variance[static_cast<size_t>(j)] = squares / static_cast<double>(reads - 1);
  }
  return of;
}

/// The moments of fused reads against those of sliced ones, five standard errors apart at most.
void expect_the_same_moments(MacroSpec spec, const std::string& what, Index low = -127,
                             Index high = 127) {
  constexpr Index kReads = 2000;
  const Moments sliced = moments(spec, kReads, low, high);
  spec.fidelity = "fused";
  const Moments fused = moments(spec, kReads, low, high);
  double ratio = 0.0;
  for (size_t j = 0; j < kColumns; ++j) {
    const double error = std::sqrt((sliced.variance[j] + fused.variance[j]) / kReads);
    // 16-bit grids of the slices and of the map
    EXPECT_NEAR(fused.mean[j], sliced.mean[j], 5.0 * error + 20.0) << what << " output " << j;
    ratio += fused.variance[j] / sliced.variance[j] / kColumns;
  }
  EXPECT_NEAR(ratio, 1.0, 5.0 * std::sqrt(4.0 / kReads / kColumns) + 0.01) << what;
}

TEST(OutputMap, NoiseAtTheOutputsHasTheMomentsOfNoiseInEveryConversion) {
  for (const Case& of : cases()) {
    expect_the_same_moments(spec_of(of), std::string(of.weights) + " " + of.inputs);
  }
}

TEST(OutputMap, PartialRowsAddTheirConversions) {
  MacroSpec spec = noisy();
  spec.array.rows_active = 16;
  expect_the_same_moments(spec, "16 rows at a time");
}

TEST(OutputMap, RoundingIsATwelfthOfASquaredStepWhereNoiseDithersIt) {
  MacroSpec spec = noisy();
  spec.device.read_noise = 0.0;
  spec.adc.kind = "uniform";
  spec.adc.bits = 7;
  spec.adc.noise = 0.6;
  expect_the_same_moments(spec, "rounded");
}

TEST(OutputMap, StepsThatDriveNothingAreNotRounded) {
  MacroSpec spec = noisy();
  spec.device.read_noise = 0.02;
  spec.adc.kind = "uniform";
  spec.adc.bits = 9;
  expect_the_same_moments(spec, "no negative input", 0, 127);
}

TEST(OutputMap, SmallInputsOfSixteenBitsKeepTheirNoise) {
  MacroSpec spec = noisy();
  spec.input.bits = 16;
  spec.input.encoding = "pwm";
  expect_the_same_moments(spec, "16 bits", -100, 100);
}

TEST(OutputMap, WhatIsExactStaysExact) {
  MacroSpec spec;
  spec.adc.range = "lossless";
  spec.adc.bits = AdcSpec::kAutoBits;
  spec.fidelity = "fused";
  const Macro macro = compile_macro(spec);
  const auto w = integers(300, 20, -127, 127, 3), x = integers(9, 300, -128, 127, 4);
  EXPECT_EQ(mvm(macro, programmed(macro, w), x, token_numbers(9)).y, integer_product(x, w));
}

TEST(OutputMap, SignsOfOneBitStayExactToo) {
  MacroSpec spec;
  spec.weight = {1, "xnor", {1}, "bitlines", "column"};
  spec.input.bits = 1;
  spec.adc.range = "lossless";
  spec.adc.bits = AdcSpec::kAutoBits;
  spec.fidelity = "fused";
  const Macro macro = compile_macro(spec);
  const Matrix<std::int32_t> w(94, 5), x(2, 94);
  const auto ones = [](Matrix<std::int32_t> m) {
    std::ranges::fill(m.values, 1);
    return m;
  };
  const auto y = mvm(macro, programmed(macro, ones(w)), ones(x), token_numbers(2)).y;
  for (const double value : y.values) EXPECT_EQ(value, 94.0);
}

TEST(OutputMap, NeitherThreadsNorBatchesChangeABit) {
  MacroSpec spec = noisy();
  spec.fidelity = "fused";
  const Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, integers(kRows, kColumns, -127, 127, 3));
  const auto x = integers(100, kRows, -128, 127, 4);
  const MvmResult all = mvm(macro, matrix, x, token_numbers(100));
  EXPECT_EQ(mvm(macro, matrix, x, token_numbers(100), 2).y, all.y);
  for (Index t = 0; t < 100; t += 37) {
    Matrix<std::int32_t> one(1, kRows);
    std::ranges::copy(x.row(t), one.values.begin());
    const auto alone = mvm(macro, matrix, one, token_numbers(1, static_cast<std::uint32_t>(t)));
    EXPECT_TRUE(std::ranges::equal(alone.y.row(0), all.y.row(t))) << t;
  }
  EXPECT_EQ(all.counts.fused, all.counts.conversions);
}

TEST(OutputMap, CountsAreThoseOfSlicedReads) {
  MacroSpec spec = noisy();
  const auto counts = [&](const char* fidelity) {
    spec.fidelity = fidelity;
    const Macro macro = compile_macro(spec);
    const auto matrix = programmed(macro, integers(kRows, kColumns, -127, 127, 3));
    return mvm(macro, matrix, integers(10, kRows, -128, 127, 4), token_numbers(10)).counts;
  };
  const MvmCounts sliced = counts("sliced"), fused = counts("fused");
  EXPECT_EQ(fused.conversions, sliced.conversions);
  EXPECT_EQ(fused.drive, sliced.drive);
  EXPECT_EQ(fused.active, sliced.active);
}

TEST(OutputMap, RefusesConvertersThatErr) {
  MacroSpec spec = noisy();
  spec.adc.kind = "uniform";
  spec.adc.offset = 1.0;
  const Macro sliced = compile_macro(spec);
  const auto matrix = programmed(sliced, integers(kRows, kColumns, -127, 127, 3));
  Macro fused = sliced;
  fused.spec.fidelity = "fused";
  EXPECT_THROW(plan_reads(fused, matrix), ArgumentError);
}

}  // namespace
}  // namespace ohm
