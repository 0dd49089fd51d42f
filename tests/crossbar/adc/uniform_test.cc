// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/uniform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace ohm {
namespace {

TEST(UniformAdc, RoundsTiesToEvenAndKeepsAnExactZero) {
  const UniformAdc adc(8);
  std::vector<double> sums{-2.5, -1.5, -0.5, 0.0, 0.49, 0.5, 1.5, 2.5};
  EXPECT_EQ(adc.convert(sums, adc.transfer(true), {}), 0);
  EXPECT_EQ(sums, (std::vector<double>{-2, -2, 0, 0, 0, 0, 2, 2}));
}

TEST(UniformAdc, SaturatesJustBeyondTheLastCodeAndCountsIt) {
  const UniformAdc adc(8);
  std::vector<double> sums{127.4, 127.6, -127.4, -127.6, 1e300, -1e300};
  EXPECT_EQ(adc.convert(sums, adc.transfer(true), {}), 4);
  EXPECT_EQ(sums, (std::vector<double>{127, 127, -127, -127, 127, -127}));
  std::vector<double> positive{-1.0, 255.0, 256.0};
  EXPECT_EQ(adc.convert(positive, adc.transfer(false), {}), 2);
  EXPECT_EQ(positive, (std::vector<double>{0, 255, 255}));
}

TEST(UniformAdc, OneBitShortSaturatesAtTheKnownCode) {
  // 128 rows of level 3 need 385 codes: 9 bits hold them, 8 bits stop at 255
  std::vector<double> sums{384.0};
  UniformAdc(9).convert(sums, UniformAdc(9).transfer(false), {});
  EXPECT_EQ(sums[0], 384.0);
  UniformAdc(8).convert(sums, UniformAdc(8).transfer(false), {});
  EXPECT_EQ(sums[0], 255.0);
}

TEST(UniformAdc, ReachFallsOnTheLastCode) {
  const UniformAdc adc(6);
  AdcTransfer transfer = adc.transfer(true);
  transfer.step = adc.step_for(100.0, true);
  std::vector<double> sums{100.0, -100.0};
  EXPECT_EQ(adc.convert(sums, transfer, {}), 0);
  EXPECT_EQ(sums, (std::vector<double>{31, -31}));
  EXPECT_EQ(adc.step_for(0.0, true), 1.0);
}

TEST(UniformAdc, GainAndOffsetActBeforeRounding) {
  const UniformAdc adc(8);
  const std::vector<float> gain{0.5F}, offset{2.0F};
  std::vector<double> sums{40.0};
  AdcTransfer transfer = adc.transfer(true);
  transfer.step = 10.0;
  adc.convert(sums, transfer, {gain, offset});
  EXPECT_EQ(sums[0], 8.0);  // 1.5 * 40 / 10 + 2
}

/// Signal to noise ratio of a full-scale sine whose cycles share no period with the samples.
double sine_snr_db(Index bits) {
  const UniformAdc adc(bits);
  const AdcTransfer transfer = adc.transfer(true);
  double signal = 0.0, noise = 0.0;
  for (int i = 0; i < 16384; ++i) {
    const double x = transfer.high * std::sin(2.0 * std::numbers::pi * 1021.0 * i / 16384.0);
    std::vector<double> code{x};
    adc.convert(code, transfer, {});
    signal += x * x;
    noise += (code[0] - x) * (code[0] - x);
  }
  return 10.0 * std::log10(signal / noise);
}

TEST(UniformAdc, FullScaleSineHasTheTextbookSignalToNoiseRatio) {
  for (Index bits = 6; bits <= 12; ++bits) {
    // the symmetric range has 2^b - 1 codes instead of 2^b
    const double levels = std::ldexp(1.0, static_cast<int>(bits)) - 2.0;
    EXPECT_NEAR(sine_snr_db(bits), 20.0 * std::log10(levels) + 1.7609, 0.3) << bits;
  }
}

}  // namespace
}  // namespace ohm
