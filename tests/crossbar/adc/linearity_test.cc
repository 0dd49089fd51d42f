// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/linearity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

TEST(Linearity, OfAnIdealConverterIsZeroWhateverItsGainAndOffset) {
  std::vector<double> thresholds;
  for (int k = 0; k < 255; ++k) thresholds.push_back(3.7 + 1.25 * k);
  const Linearity ideal = linearity(thresholds);
  EXPECT_NEAR(ideal.worst_inl(), 0.0, 1e-10);
  EXPECT_NEAR(ideal.worst_dnl(), 0.0, 1e-10);
  EXPECT_EQ(ideal.missing_codes, 0);
}

TEST(Linearity, AThresholdOutOfPlaceShowsInBothNeighbours) {
  std::vector<double> thresholds{0.5, 1.5, 2.5, 3.9, 4.5, 5.5};
  const Linearity shape = linearity(thresholds);
  EXPECT_NEAR(shape.inl[3], 0.4, 1e-12);
  EXPECT_NEAR(shape.dnl[2], 0.4, 1e-12);
  EXPECT_NEAR(shape.dnl[3], -0.4, 1e-12);
  thresholds[3] = 2.5;
  EXPECT_EQ(linearity(thresholds).missing_codes, 1);
}

TEST(Linearity, RefusesThresholdsThatDescendOrAreAllOne) {
  EXPECT_THROW(linearity(std::vector<double>{1.0}), ArgumentError);
  EXPECT_THROW(linearity(std::vector<double>{1.0, 1.0}), ArgumentError);
  EXPECT_THROW(linearity(std::vector<double>{2.0, 1.0, 3.0}), ArgumentError);
  EXPECT_THROW(linearity(std::vector<double>{1.0, NAN, 3.0}), ArgumentError);
  EXPECT_THROW(linearity(std::vector<double>{1.0, INFINITY}), ArgumentError);
}

double ideal_sndr(Index bits, double noise) {
  const auto adc = make_adc(adc_spec("uniform", bits, "mid_tread"));
  return sndr_db(adc->transitions(draw_of(0), true), adc->codes(true), noise);
}

TEST(Linearity, FullScaleSineHasTheTextbookSignalToNoiseRatio) {
  for (Index bits = 4; bits <= 12; ++bits) {
    EXPECT_NEAR(ideal_sndr(bits, 0.0), 6.0206 * static_cast<double>(bits) + 1.7609, 0.3) << bits;
  }
}

/// Signal to noise and distortion, dB, of a sine of amplitude A steps in a mid-rise staircase.
///
/// floor(x) + 1/2 = x + Σ sin(2πnx) / (πn), the squared error 1/12 + Σ cos(2πnx) / (πn)²: over a
/// sine the former adds Σ 2 J_1(2πnA) / (πn) to the fundamental, the latter averages to J_0(2πnA).
/// What is not fundamental is the error less what of it lies along the sine.
double sndr_of_a_staircase(double amplitude) {
  double fundamental = amplitude, error = 1.0 / 12.0;
  for (int n = 1; n <= 4000; ++n) {
    const double pi_n = std::numbers::pi * n;
    fundamental += 2.0 * std::cyl_bessel_j(1.0, 2.0 * pi_n * amplitude) / pi_n;
    error += std::cyl_bessel_j(0.0, 2.0 * pi_n * amplitude) / (pi_n * pi_n);
  }
  const double rest = error - 0.5 * std::pow(fundamental - amplitude, 2);
  return 10.0 * std::log10(0.5 * fundamental * fundamental / rest);
}

// Few bits: errors are harmonics of the sine, not noise of a twelfth of a step squared.
TEST(Linearity, FewBitsDistortAFullScaleSineAsTheirFourierSeriesSays) {
  for (Index bits = 3; bits <= 8; ++bits) {
    EXPECT_NEAR(ideal_sndr(bits, 0.0), sndr_of_a_staircase(std::ldexp(1.0, int(bits) - 1)), 0.02)
        << bits;
  }
}

TEST(Linearity, ThermalNoiseAddsToThatOfQuantisation) {
  for (const double noise : {0.3, 1.0}) {
    // the outer codes hold back some of the noise where the sine turns
    const double power = 128.0 * 128.0 / 2.0;
    EXPECT_NEAR(ideal_sndr(8, noise), 10.0 * std::log10(power / (1.0 / 12.0 + noise * noise)), 0.3);
  }
}

// Of a sum f from a code stochastic rounding errs by variance f (1 - f): 1/6 on average, half a bit
// more than the 1/12 of rounding to the nearest, but where the outer codes hold it back.
TEST(Linearity, StochasticRoundingCostsHalfABit) {
  for (Index bits = 8; bits <= 12; bits += 2) {
    const auto adc = make_adc(adc_spec("uniform", bits, "mid_tread"));
    const auto transitions = adc->transitions(draw_of(0), true);
    const double nearest = enob(transitions, adc->codes(true), 0.0);
    EXPECT_NEAR(nearest - enob(transitions, adc->codes(true), 0.0, true), 0.5, 0.04) << bits;
  }
}

TEST(Linearity, EffectiveBitsAreThoseOfTheIdealConverterLessWhatMismatchCosts) {
  AdcSpec spec = adc_spec("sar", 8, "mid_tread");
  const auto bits_of = [&] {
    const auto adc = make_adc(spec);
    return enob(adc->transitions(draw_of(0), true), adc->codes(true), 0.0);
  };
  EXPECT_NEAR(bits_of(), 8.0, 0.05);
  spec.capacitor_mismatch = 0.05;
  EXPECT_LT(bits_of(), 7.9);
}

}  // namespace
}  // namespace ohm
