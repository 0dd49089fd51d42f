// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/uniform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "crossbar/adc/linearity.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::bank_of;
using testing::draw_of;

std::vector<float> converted(const AdcSpec& spec, std::vector<float> sums, Index clipped,
                             bool is_signed = true) {
  EXPECT_EQ(bank_of(spec, std::ssize(sums), 1, is_signed).convert(sums, 0), clipped);
  return sums;
}

TEST(UniformAdc, RoundsTiesToEvenAndKeepsAnExactZero) {
  EXPECT_EQ(converted(adc_spec("uniform"), {-2.5, -1.5, -0.5, 0.0, 0.49F, 0.5, 1.5, 2.5}, 0),
            (std::vector<float>{-2, -2, 0, 0, 0, 0, 2, 2}));
}

TEST(UniformAdc, MidRiseRoundsDownToAHalf) {
  EXPECT_EQ(converted(adc_spec("uniform", 3, "mid_rise"), {-1.0, -1e-9F, 0.0, 0.9F, 1.0, 4.0}, 1),
            (std::vector<float>{-0.5, -0.5, 0.5, 0.5, 1.5, 3.5}));
}

TEST(UniformAdc, SaturatesJustBeyondTheLastCodeAndCountsIt) {
  EXPECT_EQ(converted(adc_spec("uniform"), {127.4F, 127.6F, -127.4F, -127.6F, 1e30F, -1e30F}, 4),
            (std::vector<float>{127, 127, -127, -127, 127, -127}));
  EXPECT_EQ(converted(adc_spec("uniform"), {-1.0, 255.0, 256.0}, 2, false),
            (std::vector<float>{0, 255, 255}));
}

TEST(UniformAdc, TwentyBitsStayExact) {
  EXPECT_EQ(converted(adc_spec("uniform", 20), {524287.0, 524288.0, -524287.0, 262143.5F}, 1),
            (std::vector<float>{524287, 524287, -524287, 262144}));
}

TEST(UniformAdc, ABowIsTheIntegralNonlinearityOfEveryConverter) {
  AdcSpec spec = adc_spec("uniform", 8, "mid_tread");
  spec.inl = 1.5;
  const auto shape = linearity(UniformAdc(spec).thresholds(draw_of(0), true));
  EXPECT_NEAR(shape.inl[127], 1.5, 1e-12);
  EXPECT_NEAR(shape.worst_inl(), 1.5, 1e-12);
  EXPECT_EQ(shape.missing_codes, 0);
  EXPECT_EQ(UniformAdc(spec).thresholds(draw_of(0), true),
            UniformAdc(spec).thresholds(draw_of(1), true));
}

TEST(UniformAdc, CodeWidthsHaveTheGivenDeviationAndKeepTheEnds) {
  AdcSpec spec = adc_spec("uniform", 12, "mid_tread");
  spec.dnl = 0.1;
  const auto thresholds = UniformAdc(spec).thresholds(draw_of(0), false);
  EXPECT_NEAR(thresholds.front(), 0.5, 1e-9);
  EXPECT_NEAR(thresholds.back(), 4094.5, 1e-9);
  double square = 0.0;
  const auto dnl = linearity(thresholds).dnl;
  for (const double width : dnl) square += width * width;
  const double n = static_cast<double>(dnl.size());
  EXPECT_NEAR(std::sqrt(square / n), 0.1, 5.0 * 0.1 / std::sqrt(2.0 * n));
}

TEST(UniformAdc, WidthsThatWouldBeNegativeAreMissingCodes) {
  AdcSpec spec = adc_spec("uniform", 8);
  spec.dnl = 2.0;
  const auto thresholds = UniformAdc(spec).thresholds(draw_of(0), true);
  EXPECT_TRUE(std::is_sorted(thresholds.begin(), thresholds.end()));
  EXPECT_GT(linearity(thresholds).missing_codes, 10);
}

}  // namespace
}  // namespace ohm
