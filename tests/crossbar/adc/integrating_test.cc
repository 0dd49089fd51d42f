// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/integrating.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/adc/linearity.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::bank_of;
using testing::draw_of;
using testing::uniform_sums;

TEST(IntegratingAdc, WithoutCorrectionCountsAreRoundedDown) {
  AdcSpec spec = adc_spec("integrating", 8);
  spec.half_lsb_correction = false;
  const auto sums = uniform_sums(100000, 0.0, 255.0);
  auto codes = sums;
  bank_of(spec, 100000, 1, false).convert(codes, 0);
  double bias = 0.0;
  for (size_t i = 0; i < sums.size(); ++i) {
    ASSERT_EQ(codes[i], std::floor(sums[i]));
    bias += static_cast<double>(codes[i] - sums[i]) / 1e5;
  }
  EXPECT_NEAR(bias, -0.5, 0.01);
}

TEST(IntegratingAdc, TheBowOfTheOscillatorIsItsNonlinearity) {
  AdcSpec spec = adc_spec("integrating", 8, "mid_tread");
  spec.inl = -2.0;
  const auto shape = linearity(IntegratingAdc(spec).thresholds(draw_of(0), true));
  EXPECT_NEAR(shape.inl[127], -2.0, 1e-12);
}

}  // namespace
}  // namespace ohm
