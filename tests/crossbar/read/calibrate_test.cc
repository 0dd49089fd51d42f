// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/calibrate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "crossbar/read/mvm.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// An unsliced macro whose sums are plain dot products.
MacroSpec analog(const std::string& range) {
  MacroSpec spec;
  spec.weight.slice_bits = {7};
  spec.input.encoding = "bipolar";
  spec.input.slice_bits = 7;
  spec.adc.range = range;
  spec.adc.bits = 6;
  return spec;
}

ProgrammedMatrix programmed(const Macro& macro, const Matrix<std::int32_t>& w) {
  return program(macro, w, full_row_tiles(w.rows, macro.spec.array.n_wordlines), {});
}

double largest(const Matrix<double>& m) {
  double value = 0.0;
  for (const double v : m.values) value = std::max(value, std::abs(v));
  return value;
}

TEST(Calibrate, MaxPutsTheLargestSumOnTheLastCode) {
  const Macro macro = compile_macro(analog("max"));
  const auto w = integers(100, 8, -127, 127, 1), x = integers(50, 100, -127, 127, 2);
  auto m = programmed(macro, w);
  calibrate_adc(macro, m, x);
  const double reach = largest(integer_product(x, w)) * 1.0;
  EXPECT_DOUBLE_EQ(m.tiles[0].step[0], reach / 31.0);
  EXPECT_EQ(mvm(macro, m, x, token_numbers(50)).counts.clipped, 0);
}

TEST(Calibrate, SumsThatWereAllZeroLeaveTheRangeThatNoInputExceeds) {
  const auto w = integers(100, 8, -127, 127, 1);
  const Macro macro = compile_macro(analog("max"));
  const auto unknown = programmed(macro, w);
  for (const char* range : {"max", "percentile", "mse"}) {
    const Macro other = compile_macro(analog(range));
    auto m = programmed(other, w);
    calibrate_adc(other, m, Matrix<std::int32_t>(3, 100));
    EXPECT_EQ(m.tiles[0].step, unknown.tiles[0].step) << range;
  }
}

TEST(Calibrate, WithoutInputsMaxHoldsTheLargestSumThatAnyInputCauses) {
  const Macro macro = compile_macro(analog("max"));
  const auto w = integers(100, 8, -127, 127, 1);
  const auto m = programmed(macro, w);
  Matrix<std::int32_t> worst(8, 100);
  for (Index j = 0; j < 8; ++j) {
    for (Index i = 0; i < 100; ++i) worst(j, i) = w(i, j) < 0 ? -127 : 127;
  }
  const auto result = mvm(macro, m, worst, token_numbers(8));
  EXPECT_EQ(result.counts.clipped, 0);
  const double reach = largest(integer_product(worst, w));
  EXPECT_NEAR(m.tiles[0].step[0] * 31.0, reach * 1.0, 1e-6 * reach);
}

TEST(Calibrate, PercentileClipsItsShareOfTheConversions) {
  MacroSpec spec = analog("percentile");
  spec.adc.percentile = 90.0;
  const Macro macro = compile_macro(spec);
  const auto w = integers(100, 20, -127, 127, 1), x = integers(200, 100, -127, 127, 2);
  auto m = programmed(macro, w);
  calibrate_adc(macro, m, x);
  const auto counts = mvm(macro, m, x, token_numbers(200)).counts;
  // sums between the last code and half a step beyond it are not clipped
  EXPECT_NEAR(static_cast<double>(counts.clipped) / static_cast<double>(counts.conversions), 0.1,
              0.02);
}

TEST(Calibrate, RangesFromDataMustBeCalibratedBeforeTheFirstRead) {
  for (const char* range : {"percentile", "mse"}) {
    const Macro macro = compile_macro(analog(range));
    const auto m = programmed(macro, integers(10, 2, -127, 127, 1));
    EXPECT_THROW(mvm(macro, m, integers(1, 10, -127, 127, 2), token_numbers(1)), ArgumentError);
  }
}

TEST(Calibrate, ColumnsMayHaveRangesOfTheirOwn) {
  MacroSpec spec = analog("max");
  spec.adc.per_column = true;
  const Macro macro = compile_macro(spec);
  const auto w = integers(100, 8, -127, 127, 1), x = integers(50, 100, -127, 127, 2);
  auto m = programmed(macro, w);
  calibrate_adc(macro, m, x);
  const auto exact = integer_product(x, w);
  const auto per_level = static_cast<double>(m.tiles[0].cells.codes_per_level[0]);
  ASSERT_EQ(m.tiles[0].step.size(), 8U);
  for (Index j = 0; j < 8; ++j) {
    double reach = 0.0;
    for (Index t = 0; t < 50; ++t) reach = std::max(reach, std::abs(exact(t, j)));
    EXPECT_DOUBLE_EQ(m.tiles[0].step[static_cast<size_t>(j)], reach * per_level / 31.0) << j;
  }
  EXPECT_EQ(mvm(macro, m, x, token_numbers(50)).counts.clipped, 0);
}

TEST(Calibrate, ALearnedCorrectionRemovesGainAndOffsetOfTheConverters) {
  MacroSpec spec = analog("learned");
  spec.adc.bits = 10;
  spec.adc.gain_error = 0.05;
  spec.adc.offset = 5.0;
  const Macro macro = compile_macro(spec);
  const auto w = integers(100, 8, -127, 127, 1), x = integers(200, 100, -127, 127, 2);
  auto m = programmed(macro, w);
  calibrate_adc(macro, m, x);
  const auto fresh = integers(200, 100, -127, 127, 3);
  const auto exact = integer_product(fresh, w);
  const auto error = [&] {
    const auto y = mvm(macro, m, fresh, token_numbers(200)).y;
    double sum = 0.0;
    for (size_t i = 0; i < y.values.size(); ++i) sum += std::pow(y.values[i] - exact.values[i], 2);
    return sum;
  };
  const double before = error();
  learn_correction(macro, m, x, w);
  EXPECT_LT(error(), 0.05 * before);
}

TEST(Calibrate, MseErrsLessThanMax) {
  const auto w = integers(100, 20, -127, 127, 1), x = integers(200, 100, -127, 127, 2);
  const auto exact = integer_product(x, w);
  const auto error = [&](const std::string& range) {
    const Macro macro = compile_macro(analog(range));
    auto m = programmed(macro, w);
    calibrate_adc(macro, m, x);
    const auto y = mvm(macro, m, x, token_numbers(200)).y;
    double sum = 0.0;
    for (size_t i = 0; i < y.values.size(); ++i) sum += std::pow(y.values[i] - exact.values[i], 2);
    return sum;
  };
  EXPECT_LT(error("mse"), error("max"));
}

TEST(Calibrate, RefusesInputsOfAnotherWidthOrNone) {
  const Macro macro = compile_macro(analog("max"));
  auto m = programmed(macro, integers(10, 2, -127, 127, 1));
  EXPECT_THROW(calibrate_adc(macro, m, Matrix<std::int32_t>(3, 9)), ArgumentError);
  EXPECT_THROW(calibrate_adc(macro, m, Matrix<std::int32_t>(0, 10)), ArgumentError);
}

TEST(Calibrate, AMatrixOfZerosIsReadAsZero) {
  const Macro macro = compile_macro(analog("max"));
  auto m = programmed(macro, Matrix<std::int32_t>(10, 2, 0));
  calibrate_adc(macro, m, integers(5, 10, -127, 127, 2));
  EXPECT_EQ(largest(mvm(macro, m, integers(5, 10, -127, 127, 2), token_numbers(5)).y), 0.0);
}

}  // namespace
}  // namespace ohm
