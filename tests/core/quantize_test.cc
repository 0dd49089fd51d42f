// SPDX-License-Identifier: Apache-2.0
#include "core/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"

namespace ohm {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float largest = std::numeric_limits<float>::max();

std::vector<float> normal_values(int n, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& value : values) value = normal(random);
  return values;
}

TEST(SymmetricCode, LeavesTheMostNegativeValueUnused) {
  EXPECT_EQ(symmetric_max_code(2), 1);
  EXPECT_EQ(symmetric_max_code(8), 127);
  EXPECT_EQ(symmetric_max_code(16), 32767);
  for (const int bits : {-1, 0, 1, 17}) EXPECT_THROW(symmetric_max_code(bits), ArgumentError);
}

TEST(Quantize, RoundsHalfToEvenAndSaturates) {
  const std::vector<float> values{0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 0.50001f, 6.9f, 7.6f, -1e30f};
  EXPECT_THAT(quantize(values, 1.0, 7), ElementsAre(0, 2, 2, 0, -2, 1, 7, 7, -7));
  EXPECT_EQ(quantize(infinity, 1.0, 7), 7);
}

TEST(Quantize, AgreesWithTheLibraryRounding) {
  for (const float x : normal_values(20000))
    ASSERT_EQ(quantize(x, 0.013, 127),
              static_cast<std::int32_t>(
                  std::clamp(std::nearbyint(static_cast<double>(x) / 0.013), -127.0, 127.0)));
}

TEST(Quantize, RefusesWhatIsNotFinite) {
  const std::vector<float> nan{0, std::nanf("")}, inf{-infinity}, good{1};
  EXPECT_THROW(quantize(nan, 1.0, 7), ArgumentError);
  EXPECT_THROW(quantize(inf, 1.0, 7), ArgumentError);
  for (const double step : {0.0, -1.0, std::nan(""), HUGE_VAL})
    EXPECT_THROW(quantize(good, step, 7), ArgumentError);
  EXPECT_THROW(scale_max(nan, 8), ArgumentError);
  EXPECT_THROW(scale_percentile(inf, 8, 99), ArgumentError);
  EXPECT_THROW(scale_mse(nan, 8), ArgumentError);
  EXPECT_THROW(scale_mse(inf, 8), ArgumentError);
}

TEST(ScaleMax, MapsTheLargestValueToTheLargestCode) {
  const std::vector<float> values{1, -25.4f, 3};
  EXPECT_DOUBLE_EQ(scale_max(values, 8), static_cast<double>(25.4f) / 127);
  EXPECT_THAT(quantize(values, scale_max(values, 8), 127), ElementsAre(5, -127, 15));
}

TEST(Scale, IsOneWhenThereIsNothingToScale) {
  for (const auto& values : {std::vector<float>{}, std::vector<float>{0, -0.0f, 0}}) {
    EXPECT_EQ(scale_max(values, 8), 1);
    EXPECT_EQ(scale_percentile(values, 8, 99), 1);
    EXPECT_EQ(scale_mse(values, 8), 1);
  }
}

TEST(Scale, TakesOneElementHoweverLargeOrSmall) {
  for (const float x : {1.0f, -3.7f, largest, std::numeric_limits<float>::denorm_min()}) {
    const std::vector<float> one{x};
    const double expected = std::abs(static_cast<double>(x)) / 127;
    EXPECT_DOUBLE_EQ(scale_max(one, 8), expected);
    EXPECT_DOUBLE_EQ(scale_percentile(one, 8, 50), expected);
    const double step = scale_mse(one, 8);
    EXPECT_NEAR(quantize(x, step, 127) * step / static_cast<double>(x), 1, 1e-6);
  }
}

TEST(ScalePercentile, InterpolatesAsNumpyDoes) {
  // numpy.percentile([0, 1, 2, 3, 10], p) for p = 10, 25, 50, 90, 99, 100
  const std::vector<float> values{-3, 10, 0, -1, 2};
  const auto clip = [&](double p) { return scale_percentile(values, 8, p) * 127; };
  EXPECT_NEAR(clip(10), 0.4, 1e-12);
  EXPECT_NEAR(clip(25), 1, 1e-12);
  EXPECT_NEAR(clip(50), 2, 1e-12);
  EXPECT_NEAR(clip(90), 7.2, 1e-12);
  EXPECT_NEAR(clip(99), 9.72, 1e-12);
  EXPECT_NEAR(clip(100), 10, 1e-12);
}

TEST(ScalePercentile, FallsBackToTheLargestWhereMostAreZero) {
  std::vector<float> values(1000);
  values[3] = 5;
  EXPECT_DOUBLE_EQ(scale_percentile(values, 8, 99), 5.0 / 127);
}

TEST(ScalePercentile, RefusesPercentilesOutsideTheirRange) {
  const std::vector<float> values{1};
  for (const double p : {0.0, -1.0, 100.1, std::nan("")})
    EXPECT_THROW(scale_percentile(values, 8, p), ArgumentError);
}

double mean_squared_error(const std::vector<float>& values, double step, std::int32_t max_code) {
  double total = 0;
  for (const float x : values) {
    const double level = std::clamp(std::nearbyint(x / step), -1.0 * max_code, 1.0 * max_code);
    total += (x - level * step) * (x - level * step);
  }
  return total / static_cast<double>(values.size());
}

TEST(ScaleMse, IsAsGoodAsABruteForceSearch) {
  for (const int bits : {2, 3, 4, 6, 8}) {
    auto values = normal_values(3000, static_cast<unsigned>(bits));
    values[0] = 9;  // an outlier that 8 bits may keep and 3 must clip
    const std::int32_t max_code = symmetric_max_code(bits);
    double best = HUGE_VAL;
    for (int i = 1; i <= 3000; ++i)
      best = std::min(best, mean_squared_error(values, 10.0 / max_code * i / 3000, max_code));
    EXPECT_LE(mean_squared_error(values, scale_mse(values, bits), max_code), best * 1.003) << bits;
  }
}

TEST(ScaleMse, IsNeverWorseThanTheLargestValue) {
  std::mt19937 random(5);
  std::cauchy_distribution<float> heavy;
  for (int n = 1; n < 40; ++n) {
    std::vector<float> values(static_cast<std::size_t>(n));
    for (float& value : values) value = heavy(random);
    for (const int bits : {2, 4, 8}) {
      const std::int32_t max_code = symmetric_max_code(bits);
      const double ours = mean_squared_error(values, scale_mse(values, bits), max_code);
      const double plain = mean_squared_error(values, scale_max(values, bits), max_code);
      EXPECT_LE(ours, plain * (1 + 1e-9) + 1e-12) << n << " values, " << bits << " bits";
    }
  }
}

double density(double x) {
  return std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
}
double tail(double x) {
  return std::erfc(x / M_SQRT2) / 2;
}

/// Integral of (x - level)^2 times the unit normal density over [low, high].
double cell_error(double low, double high, double level) {
  const auto antiderivative = [&](double x) {
    const double edge = std::isinf(x) ? 0 : (2 * level - x) * density(x);
    return edge - (1 + level * level) * tail(x);
  };
  return antiderivative(high) - antiderivative(low);
}

/// Mean squared error of a uniform quantiser of n levels centred on zero, for a unit normal.
double normal_error(int n_levels, double step) {
  double total = 0;
  for (int k = 0; k < n_levels; ++k) {
    const double level = (k - (n_levels - 1) / 2.0) * step;
    const double low = k == 0 ? -HUGE_VAL : level - step / 2;
    const double high = k == n_levels - 1 ? HUGE_VAL : level + step / 2;
    total += cell_error(low, high, level);
  }
  return total;
}

double best_normal_step(int n_levels) {
  double best = 0;
  for (double step = 1e-3; step < 2; step += 1e-5 + step * 1e-4)
    if (best == 0 || normal_error(n_levels, step) < normal_error(n_levels, best)) best = step;
  return best;
}

// Max, "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6 (1960), table II.
TEST(ScaleMse, TestFormulaReproducesThePublishedTable) {
  EXPECT_NEAR(best_normal_step(16), 0.3352, 2e-4);
  EXPECT_NEAR(normal_error(16, 0.3352), 0.01154, 1e-5);
  EXPECT_NEAR(best_normal_step(3), 1.224, 1e-3);
  EXPECT_NEAR(normal_error(3, 1.224), 0.1902, 1e-4);
  EXPECT_NEAR(best_normal_step(256), 0.03076, 2e-5);
}

TEST(ScaleMse, FindsTheOptimalStepForANormal) {
  const auto values = normal_values(400000);
  for (const int bits : {2, 4, 8}) {
    const int n_levels = 2 * symmetric_max_code(bits) + 1;
    const double expected = best_normal_step(n_levels), step = scale_mse(values, bits);
    EXPECT_NEAR(step / expected, 1, 0.02) << bits;
    EXPECT_NEAR(normal_error(n_levels, step) / normal_error(n_levels, expected), 1, 0.005) << bits;
  }
}

TEST(QuantizeWeights, GivesEachColumnItsOwnStep) {
  Matrix<float> weights(2, 3);
  weights.values = {1, -200, 0, -2, 100, 0};
  const auto quantized = quantize_weights(weights, 8, WeightScale::per_column);
  EXPECT_EQ(quantized.max_code, 127);
  EXPECT_THAT(quantized.codes.values, ElementsAre(64, -127, 0, -127, 64, 0));
  ASSERT_EQ(quantized.steps.size(), 3u);
  EXPECT_FLOAT_EQ(quantized.step_of(0), 2.0f / 127);
  EXPECT_FLOAT_EQ(quantized.step_of(1), 200.0f / 127);
  EXPECT_EQ(quantized.step_of(2), 1);
}

TEST(QuantizeWeights, SharesOneStepIfAsked) {
  Matrix<float> weights(1, 3);
  weights.values = {1, -127, 0.2f};
  const auto quantized = quantize_weights(weights, 8, WeightScale::per_tensor);
  EXPECT_THAT(quantized.steps, ElementsAre(1));
  EXPECT_THAT(quantized.codes.values, ElementsAre(1, -127, 0));
  EXPECT_THAT(dequantize(quantized).values, ElementsAre(1, -127, 0));
}

TEST(QuantizeWeights, ErrsByHalfAStepAtMost) {
  for (const int bits : {2, 4, 8, 12, 16})
    for (const auto scale : {WeightScale::per_column, WeightScale::per_tensor}) {
      Matrix<float> weights(50, 7);
      weights.values = normal_values(350);
      const auto quantized = quantize_weights(weights, bits, scale);
      const auto back = dequantize(quantized);
      for (Index i = 0; i < 50; ++i)
        for (Index j = 0; j < 7; ++j)
          ASSERT_LE(std::abs(back(i, j) - weights(i, j)), 0.505f * quantized.step_of(j));
    }
}

TEST(QuantizeWeights, SurvivesExtremeWeights) {
  Matrix<float> weights(1, 4);
  weights.values = {largest, -largest, std::numeric_limits<float>::denorm_min(), 1e-37f};
  const auto quantized = quantize_weights(weights, 8, WeightScale::per_column);
  EXPECT_THAT(quantized.steps, Each(testing::Ge(std::numeric_limits<float>::min())));
  for (const float value : dequantize(quantized).values) EXPECT_TRUE(std::isfinite(value));
  EXPECT_EQ(quantized.codes(0, 0), 127);
  EXPECT_EQ(quantized.codes(0, 1), -127);
  EXPECT_EQ(quantized.codes(0, 2), 0);
}

TEST(QuantizeWeights, TakesMatricesWithoutRowsOrColumns) {
  EXPECT_THAT(quantize_weights(Matrix<float>(0, 2), 8, WeightScale::per_column).steps,
              ElementsAre(1, 1));
  EXPECT_TRUE(quantize_weights(Matrix<float>(2, 0), 8, WeightScale::per_column).steps.empty());
  EXPECT_THAT(quantize_weights(Matrix<float>(), 8, WeightScale::per_tensor).steps, ElementsAre(1));
}

TEST(QuantizeWeights, RefusesWeightsThatAreNotFinite) {
  Matrix<float> weights(2, 2, 1.0f);
  weights(1, 0) = std::nanf("");
  EXPECT_THROW(quantize_weights(weights, 8, WeightScale::per_column), ArgumentError);
  EXPECT_THROW(quantize_weights(Matrix<float>(1, 1), 1, WeightScale::per_column), ArgumentError);
}

}  // namespace
}  // namespace ohm
