// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/range.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::ideal_code;

/// |x| of a standard normal at evenly spaced probabilities, by bisection of the error function.
std::vector<double> half_normal(Index n) {
  std::vector<double> magnitudes;
  double low = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double probability = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    double x = low;  // Newton from the last one, which lies close below
    for (int k = 0; k < 4; ++k) {
      const double density = std::sqrt(2.0 / std::numbers::pi) * std::exp(-x * x / 2.0);
      x += (probability - std::erf(x / std::numbers::sqrt2)) / density;
    }
    magnitudes.push_back(low = x);
  }
  return magnitudes;
}

double mean_squared_error(const std::vector<double>& magnitudes, double step,
                          const CodeRange& codes) {
  double error = 0.0;
  for (const double value : magnitudes) {
    error += std::pow(value - step * ideal_code(value / step, codes), 2);
  }
  return error / static_cast<double>(magnitudes.size());
}

// Max, IRE Trans. Inf. Theory 6 (1960), table II: uniform quantisers of a Gaussian with 2^b levels;
// more bits by the same equations.
TEST(Range, MseReproducesTheOptimalQuantisersOfAGaussian) {
  const auto magnitudes = half_normal(200000);
  const std::array step{.58602, .33520, .18814, .10406, .05687, .03076};
  const std::array sqnr{14.27, 19.38, 24.57, 29.83, 35.17, 40.57};
  for (Index bits = 3; bits <= 8; ++bits) {
    const CodeRange codes = make_adc(adc_spec("uniform", bits, "mid_rise"))->codes(true);
    const double found = mse_step(magnitudes, codes);
    const auto i = static_cast<size_t>(bits - 3);
    EXPECT_NEAR(found / step[i], 1.0, 0.01) << bits;
    const double error = mean_squared_error(magnitudes, found, codes);
    EXPECT_NEAR(error / std::pow(10.0, -sqnr[i] / 10.0), 1.0, 0.01) << bits;
  }
}

/// Mean squared error of a mid-rise quantiser of a standard normal, in closed form.
double error_of_a_normal(double step, const CodeRange& codes) {
  const auto density = [](double x) {
    return std::isinf(x) ? 0.0 : std::exp(-x * x / 2.0) / std::sqrt(2.0 * std::numbers::pi);
  };
  const auto weighted = [&](double x) { return std::isinf(x) ? 0.0 : x * density(x); };
  const auto above = [](double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); };
  double error = 0.0;
  for (double code = 0.5; code <= codes.high; ++code) {
    const double level = code * step, from = level - step / 2.0;
    const double to = code == codes.high ? INFINITY : level + step / 2.0;
    error += 2.0 * ((1.0 + level * level) * (above(from) - above(to)) - weighted(to) +
                    weighted(from) + 2.0 * level * (density(to) - density(from)));
  }
  return error;
}

// The same for more bits, which clip beyond four sigma, where few samples lie: a hundredth off the
// best step, they err by far less than a hundredth more.
TEST(Range, MseReproducesTheOptimalQuantisersOfNineAndTenBits) {
  const auto magnitudes = half_normal(1000000);
  const std::array step{.01650, .00879}, sqnr{46.03, 51.55};
  for (Index bits = 9; bits <= 10; ++bits) {
    const CodeRange codes = make_adc(adc_spec("uniform", bits, "mid_rise"))->codes(true);
    const double found = mse_step(magnitudes, codes);
    const auto i = static_cast<size_t>(bits - 9);
    EXPECT_NEAR(found / step[i], 1.0, 0.01) << bits;
    EXPECT_NEAR(-10.0 * std::log10(error_of_a_normal(found, codes)), sqnr[i], 0.01) << bits;
  }
}

TEST(Range, MseIsNoWorseThanAnyOtherStep) {
  const auto magnitudes = half_normal(5000);
  for (const char* levels : {"sign_magnitude", "mid_tread", "mid_rise"}) {
    const CodeRange codes = make_adc(adc_spec("uniform", 5, levels))->codes(true);
    const double least = mean_squared_error(magnitudes, mse_step(magnitudes, codes), codes);
    for (double step = 0.02; step < 0.5; step *= 1.01) {
      EXPECT_LE(least, mean_squared_error(magnitudes, step, codes) * 1.005) << levels << step;
    }
  }
}

TEST(Range, MaxAndPercentilePutTheirSumOnTheLastCode) {
  std::vector<double> magnitudes;
  for (int i = 0; i <= 100; ++i) magnitudes.push_back(i);
  AdcSpec spec = adc_spec("sar", 6);
  EXPECT_DOUBLE_EQ(calibrated_step(*make_adc(spec), magnitudes, true), 100.0 / 31.0);
  EXPECT_DOUBLE_EQ(calibrated_step(*make_adc(spec), magnitudes, false), 100.0 / 63.0);
  spec.range = "percentile";
  spec.percentile = 90.0;
  EXPECT_DOUBLE_EQ(calibrated_step(*make_adc(spec), magnitudes, true), 90.0 / 31.0);
  std::vector<double> sparse(100, 0.0);
  sparse.back() = 7.0;
  EXPECT_DOUBLE_EQ(calibrated_step(*make_adc(spec), sparse, true), 7.0 / 31.0);
}

TEST(Range, SumsOfZeroOrNoneLeaveTheStepAtOne) {
  for (const char* range : {"max", "percentile", "mse", "learned"}) {
    AdcSpec spec = adc_spec("uniform", 6);
    spec.range = range;
    EXPECT_EQ(calibrated_step(*make_adc(spec), {}, true), 1.0) << range;
    EXPECT_EQ(calibrated_step(*make_adc(spec), {0.0, 0.0}, true), 1.0) << range;
  }
  EXPECT_EQ(calibrated_step(*make_adc(adc_spec("ideal")), {5.0}, true), 1.0);
}

TEST(Range, WholeSumsThatFitAreFoundWithoutError) {
  const CodeRange codes{-127.0, 127.0};
  std::vector<double> magnitudes;
  for (int i = 0; i <= 127; ++i) magnitudes.push_back(3.0 * i);
  EXPECT_DOUBLE_EQ(mse_step(magnitudes, codes), 3.0);
}

TEST(Range, RefusesSumsThatAreNoNumbers) {
  const auto adc = make_adc(adc_spec("uniform", 6));
  for (const double bad : std::array{std::nan(""), HUGE_VAL, -1.0}) {
    EXPECT_THROW(calibrated_step(*adc, {1.0, bad}, true), ArgumentError);
    EXPECT_THROW(mse_step({bad}, {-3.0, 3.0}), ArgumentError);
  }
}

}  // namespace
}  // namespace ohm
