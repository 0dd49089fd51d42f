// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/cdac.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

std::vector<double> normals_of(const AdcSpec& spec, std::uint32_t converter) {
  return draw_of(converter).normals(ConverterPart::capacitor, cdac_capacitors(spec));
}

TEST(Cdac, IdealCapacitorsGiveWholeLevels) {
  AdcSpec spec = adc_spec("sar", 10);
  for (const Index split : {0, 1, 5, 8}) {
    spec.split_bits = split;
    const auto levels = cdac_levels(spec, normals_of(spec, 0));
    ASSERT_EQ(levels.size(), 1024U);
    for (size_t c = 0; c < levels.size(); ++c) {
      EXPECT_NEAR(levels[c], static_cast<double>(c), split == 0 ? 0.0 : 1e-10) << split;
    }
  }
}

/// Charge conservation on both nodes of a split array, solved as a linear system.
double split_level(const AdcSpec& spec, const std::vector<double>& normals, size_t code) {
  const auto lower = static_cast<size_t>(spec.split_bits);
  const double sigma = spec.capacitor_mismatch, ratio = std::pow(2.0, lower);
  const auto made = [&](double units, size_t k) {
    return units + sigma * std::sqrt(units) * normals[k];
  };
  const double bridge = made(ratio / (ratio - 1.0), normals.size() - 1);
  Eigen::Matrix2d c;
  c << bridge, -bridge, -bridge, bridge;
  Eigen::Vector2d charge(0.0, 0.0);
  c(1, 1) += made(1.0, 0);
  for (size_t k = 0; k < static_cast<size_t>(spec.bits); ++k) {
    const int node = k < lower ? 1 : 0;
    const double own = made(std::pow(2.0, k < lower ? k : k - lower), k + 1);
    c(node, node) += own;
    if (code >> k & 1) charge(node) += own;
  }
  const Eigen::Vector2d v = c.fullPivLu().solve(charge);
  return v(0) * std::pow(2.0, spec.bits);
}

TEST(Cdac, ASplitArrayConservesTheChargeOfBothNodes) {
  AdcSpec spec = adc_spec("sar", 8);
  spec.capacitor_mismatch = 0.05;
  for (const Index split : {1, 3, 4, 7}) {
    spec.split_bits = split;
    const auto normals = normals_of(spec, 2);
    const auto levels = cdac_levels(spec, normals);
    for (size_t code = 0; code < 256; code += 5) {
      EXPECT_NEAR(levels[code], split_level(spec, normals, code), 1e-10) << split << " " << code;
    }
  }
}

TEST(Cdac, AnAmplifierOfFiniteGainScalesAllLevels) {
  AdcSpec spec = adc_spec("sar", 6);
  spec.amplifier_gain = 99;
  const auto levels = cdac_levels(spec, normals_of(spec, 0));
  EXPECT_NEAR(levels[63], 63.0 * 0.99, 1e-12);
}

/// Root mean square over many converters of one code's error of width, LSB.
double sigma_dnl(AdcSpec spec, size_t code) {
  const Index n = 4000;
  double square = 0.0;
  for (Index c = 0; c < n; ++c) {
    const auto levels = cdac_levels(spec, normals_of(spec, static_cast<std::uint32_t>(c)));
    square += std::pow(levels[code] - levels[code - 1] - 1.0, 2);
  }
  return std::sqrt(square / static_cast<double>(n));
}

// C_k of 2^k units varies by σ_u 2^(k/2): at mid-code 2^(b-1) units take the place of 2^(b-1) - 1.
TEST(Cdac, MidCodeErrsByRootOfTwoToTheBitsTimesTheUnitMismatch) {
  for (const Index bits : {6, 8}) {
    AdcSpec spec = adc_spec("sar", bits);
    spec.capacitor_mismatch = 0.01;
    const double expected = 0.01 * std::sqrt(std::pow(2.0, bits) - 1.0);
    EXPECT_NEAR(sigma_dnl(spec, size_t{1} << (bits - 1)), expected,
                5.0 * expected / std::sqrt(2.0 * 4000.0));
  }
}

TEST(Cdac, SplittingMakesTheStepAtTheBoundaryOfTheArraysErrMore) {
  AdcSpec spec = adc_spec("sar", 8);
  spec.capacitor_mismatch = 0.005;
  const double binary = sigma_dnl(spec, 16);
  spec.split_bits = 4;
  EXPECT_GT(sigma_dnl(spec, 16), 3.0 * binary);
}

}  // namespace
}  // namespace ohm
