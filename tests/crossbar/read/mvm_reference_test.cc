// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm_reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

/// What mvm() and its twin must agree on, described for the message.
struct Case {
  const char* weights;
  const char* inputs;
  Index step_bits;
  double programming_error, read_noise, adc_noise;
  Index rows_active;
  const char* range;
  Index adc_bits;
};

MacroSpec spec_of(const Case& c) {
  MacroSpec spec;
  spec.weight.encoding = c.weights;
  spec.input.encoding = c.inputs;
  spec.input.slice_bits = c.step_bits;
  if (c.programming_error > 0.0) set_programming_error(spec, c.programming_error);
  spec.device.read_noise = c.read_noise;
  spec.array.rows_active = c.rows_active;
  spec.adc.range = c.range;
  spec.adc.bits = c.adc_bits;
  spec.adc.noise = c.adc_noise;
  return spec;
}

void expect_equal(const MacroSpec& spec, Index tokens, const std::string& what) {
  const Macro macro = compile_macro(spec);
  const auto matrix = programmed(macro, integers(150, 70, -127, 127, 1), {1, 2, 3});
  const auto x = integers(tokens, 150, -127, 127, 2);
  const auto numbers = token_numbers(tokens, 7);
  const MvmResult slow = mvm_reference(macro, matrix, x, numbers);
  MvmResult fast = mvm(macro, matrix, x, numbers, 2);
  EXPECT_EQ(fast.y, slow.y) << what;
  fast.counts.fused = 0;
  EXPECT_EQ(fast.counts, slow.counts) << what;
}

void expect_equal(const Case& c) {
  const std::string what =
      std::string(c.weights) + " " + c.inputs + " " + std::to_string(c.step_bits) + " " + c.range;
  expect_equal(spec_of(c), c.step_bits == 1 ? 20 : 5, what);
}

TEST(MvmReference, FastReadsEqualTheTwinBitForBitForEveryEncoding) {
  for (const char* weights :
       {"differential", "differential_two_sided", "offset_column", "isaac_flip", "centre_offset"}) {
    for (const char* inputs : {"bit_serial", "bipolar"}) {
      for (const Index bits : {1, 4, 7}) {
        expect_equal(Case{weights, inputs, bits, 0.03, 0.02, 0.3, 128, "max", 6});
        expect_equal(Case{weights, inputs, bits, 0.0, 0.0, 0.0, 32, "lossless", 6});
      }
    }
  }
}

TEST(MvmReference, FastReadsEqualTheTwinWithAndWithoutEveryErrorAndNoise) {
  for (const double programming : {0.0, 0.03}) {
    for (const double read : {0.0, 0.02}) {
      for (const double converter : {0.0, 0.3}) {
        for (const char* range : {"max", "lossless"}) {
          for (const Index bits : {6, 10}) {
            expect_equal(Case{"differential", "bit_serial", 1, programming, read, converter, 64,
                              range, bits});
          }
        }
      }
    }
  }
}

TEST(MvmReference, ConvertersOfEveryKindAreReadAlike) {
  for (const char* kind : {"ideal", "uniform", "sar", "ramp", "flash"}) {
    for (const double noise : {0.0, 0.02}) {
      MacroSpec spec = spec_of({"differential", "bit_serial", 1, 0.03, noise, 0.0, 128, "max", 6});
      spec.adc.kind = kind;
      if (spec.adc.kind == "uniform") spec.adc.rounding = "stochastic";
      if (spec.adc.kind != "ideal") spec.adc.gain_error = 0.02, spec.adc.offset = 0.5;
      expect_equal(spec, 20, kind);
    }
  }
}

TEST(MvmReference, MoreCodesThanFp32TellsApartAreRoundedInFp64) {
  MacroSpec spec = spec_of({"differential", "bipolar", 7, 0.0, 0.0, 0.0, 128, "lossless", 0});
  spec.weight.slice_bits = {7};
  spec.adc.bits = AdcSpec::kAutoBits;
  expect_equal(spec, 3, "22 bits");
  set_programming_error(spec, 0.02);
  expect_equal(spec, 3, "22 bits, analog");
}

/// Σ (noise / sigma)² of many reads of one input, by one way to draw it, and their number.
struct Spread {
  std::vector<double> variance;  // per output
  Index reads = 0;
};

Spread spread(const Macro& macro, const ProgrammedMatrix& matrix, const Matrix<std::int32_t>& x,
              NoiseDraw noise) {
  const auto y = mvm_reference(macro, matrix, x, token_numbers(x.rows), noise).y;
  Spread result{{}, x.rows};
  for (Index j = 0; j < y.cols; ++j) {
    double sum = 0.0, squares = 0.0;
    for (Index t = 0; t < y.rows; ++t) sum += y(t, j), squares += y(t, j) * y(t, j);
    const auto n = static_cast<double>(y.rows);
    result.variance.push_back((squares - sum * sum / n) / (n - 1.0));
  }
  return result;
}

TEST(MvmReference, NoiseDrawnPerCellHasTheVarianceOfOneNormalPerConversion) {
  MacroSpec spec = spec_of({"differential", "bipolar", 7, 0.03, 0.05, 0.0, 128, "max", 8});
  spec.weight.slice_bits = {7};
  spec.adc.kind = "ideal";
  const Macro macro = compile_macro(spec);
  const Index reads = 3000, outputs = 6;
  const auto matrix = programmed(macro, integers(100, outputs, -127, 127, 3));
  const auto one = integers(1, 100, -127, 127, 4);
  Matrix<std::int32_t> x(reads, 100);
  for (Index r = 0; r < reads; ++r) std::copy_n(one.values.begin(), 100, x.row(r).begin());
  const Spread cells = spread(macro, matrix, x, NoiseDraw::per_cell);
  const Spread conversions = spread(macro, matrix, x, NoiseDraw::per_conversion);
  // (n - 1) s² / σ² is chi-squared with n - 1 degrees of freedom; σ² is that of the sealed cells
  const ExactOperand& variances = matrix.tiles[0].cells.variances;
  for (Index j = 0; j < outputs; ++j) {
    double codes = 0.0;
    for (Index i = 0; i < 100; ++i) {
      const auto value = static_cast<double>(one(0, i));
      codes += value * value * operand_entry(variances, i, j);
    }
    const double unit = matrix.tiles[0].cells.variance_unit[0];
    const auto per_level = static_cast<double>(matrix.tiles[0].cells.codes_per_level[0]);
    const double sigma2 = codes * unit / (per_level * per_level);
    const double freedom = static_cast<double>(reads - 1), bound = 5.0 * std::sqrt(2.0 * freedom);
    const auto at = static_cast<size_t>(j);
    EXPECT_NEAR(freedom * cells.variance[at] / sigma2, freedom, bound);
    EXPECT_NEAR(freedom * conversions.variance[at] / sigma2, freedom, bound);
  }
}

}  // namespace
}  // namespace ohm
