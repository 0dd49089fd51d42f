// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/elementwise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(LayerNorm, GivesTheClosedFormOfAnArithmeticSequence) {
  // 0, 1, 2, 3: mean 1.5, variance 1.25
  const std::vector<float> x{0, 1, 2, 3}, gain{1, 2, 1, 1}, bias{0, 0, 0, 10};
  std::vector<float> out(4);
  layer_norm(x, gain, bias, 0.0, out);
  EXPECT_FLOAT_EQ(out[0], static_cast<float>(-1.5 / std::sqrt(1.25)));
  EXPECT_FLOAT_EQ(out[1], static_cast<float>(-1.0 / std::sqrt(1.25)));
  EXPECT_FLOAT_EQ(out[3], static_cast<float>(10.0 + 1.5 / std::sqrt(1.25)));
}

TEST(LayerNorm, AddsEpsilonToTheVariance) {
  std::vector<float> x{-1, 1};
  const std::vector<float> gain{1, 1}, bias{0, 0};
  layer_norm(x, gain, bias, 3.0, x);
  EXPECT_FLOAT_EQ(x[0], -0.5F);
  EXPECT_FLOAT_EQ(x[1], 0.5F);
}

TEST(LayerNorm, IsNotDisturbedByALargeMean) {
  std::vector<float> x{1e7F, 1e7F + 1, 1e7F + 2, 1e7F + 3};
  const std::vector<float> gain(4, 1.0F), bias(4, 0.0F);
  layer_norm(x, gain, bias, 0.0, x);
  EXPECT_FLOAT_EQ(x[3], static_cast<float>(1.5 / std::sqrt(1.25)));
}

TEST(LayerNorm, ReturnsTheBiasForAConstantVector) {
  std::vector<float> x(5, 3.0F);
  const std::vector<float> gain(5, 2.0F), bias(5, 0.25F);
  layer_norm(x, gain, bias, 1e-5, x);
  EXPECT_EQ(x, bias);
}

TEST(Softmax, GivesTheRatiosOfTheExponentials) {
  std::vector<float> x{0.0F, std::log(2.0F), std::log(5.0F)};
  softmax(x);
  EXPECT_FLOAT_EQ(x[0], 0.125F);
  EXPECT_FLOAT_EQ(x[1], 0.25F);
  EXPECT_FLOAT_EQ(x[2], 0.625F);
}

TEST(Softmax, SurvivesHugeAndMaskedScores) {
  std::vector<float> x{1e38F, -kInfinity, 1e38F};
  softmax(x);
  EXPECT_EQ(x, (std::vector<float>{0.5F, 0.0F, 0.5F}));
  std::vector<float> one{-1e30F};
  softmax(one);
  EXPECT_EQ(one[0], 1.0F);
}

TEST(Softmax, ShowsANan) {
  std::vector<float> x{1.0F, NAN, 2.0F};
  softmax(x);
  for (const float p : x) EXPECT_TRUE(std::isnan(p));
}

TEST(Activation, MatchesValuesOfTheNormalDistribution) {
  // Φ(1) = 0.841344746, Φ(2) = 0.977249868
  EXPECT_NEAR(gelu(1.0F), 0.841344746, 1e-7);
  EXPECT_NEAR(gelu(-2.0F), -2 * (1 - 0.977249868), 1e-7);
  EXPECT_EQ(gelu(0.0F), 0.0F);
  EXPECT_EQ(gelu(1e30F), 1e30F);
  // PyTorch's gelu(approximate="tanh")
  EXPECT_NEAR(gelu_tanh(1.0F), 0.841191990, 1e-7);
  EXPECT_NEAR(gelu_tanh(-2.0F), -0.045402306, 1e-7);
  EXPECT_EQ(gelu_tanh(-1e30F), 0.0F);
}

TEST(Activation, IsChosenByName) {
  std::vector<float> x{-1.0F, 0.5F};
  apply_activation("relu", x);
  EXPECT_EQ(x, (std::vector<float>{0.0F, 0.5F}));
  apply_activation("tanh", x);
  EXPECT_FLOAT_EQ(x[1], 0.46211716F);
  EXPECT_THROW(apply_activation("swish", x), ArgumentError);
}

}  // namespace
}  // namespace ohm
