// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

struct Row {
  double bits, nm, rate, pj, um2;
};

// Values of the Accelergy ADC plug-in's regression (Andrulis et al., arXiv 2404.06553), evaluated
// from its published coefficients with an independent program and printed with six digits.
constexpr Row kRows[] = {{4, 65, 1.0e7, 3.50075, 6503.58},  {4, 65, 1.0e8, 3.50075, 9859.8},
                         {4, 65, 1.0e9, 3.50075, 14948},    {4, 65, 1.2e9, 3.50075, 15448.7},
                         {4, 32, 1.0e7, 0.923749, 2159.64}, {4, 32, 1.0e8, 0.923749, 3274.14},
                         {4, 32, 1.0e9, 0.923749, 4963.79}, {4, 32, 1.2e9, 0.923749, 5130.06},
                         {4, 22, 1.0e7, 0.456689, 1205.69}, {4, 22, 1.0e8, 0.456689, 1827.9},
                         {4, 22, 1.0e9, 0.456689, 2771.2},  {4, 22, 1.2e9, 0.456689, 2864.02},
                         {5, 65, 1.0e7, 3.54812, 6529.79},  {5, 65, 1.0e8, 3.54812, 9899.52},
                         {5, 65, 1.0e9, 3.54812, 15008.2},  {5, 65, 1.2e9, 3.54812, 15511},
                         {5, 32, 1.0e7, 0.936251, 2168.35}, {5, 32, 1.0e8, 0.936251, 3287.34},
                         {5, 32, 1.0e9, 0.936251, 4983.79}, {5, 32, 1.2e9, 0.936251, 5150.73},
                         {5, 22, 1.0e7, 0.46287, 1210.55},  {5, 22, 1.0e8, 0.46287, 1835.26},
                         {5, 22, 1.0e9, 0.46287, 2782.36},  {5, 22, 1.2e9, 0.46287, 2875.56},
                         {6, 65, 1.0e7, 4.0364, 6786.54},   {6, 65, 1.0e8, 4.0364, 10288.8},
                         {6, 65, 1.0e9, 4.0364, 15598.4},   {6, 65, 1.2e9, 4.0364, 16120.9},
                         {6, 32, 1.0e7, 1.06509, 2253.61},  {6, 32, 1.0e8, 1.06509, 3416.6},
                         {6, 32, 1.0e9, 1.06509, 5179.75},  {6, 32, 1.2e9, 1.06509, 5353.26},
                         {6, 22, 1.0e7, 0.526568, 1258.15}, {6, 22, 1.0e8, 0.526568, 1907.43},
                         {6, 22, 1.0e9, 0.526568, 2891.77}, {6, 22, 1.2e9, 0.526568, 2988.63},
                         {7, 65, 1.0e7, 4.97281, 7223.56},  {7, 65, 1.0e8, 4.97281, 10951.3},
                         {7, 65, 1.0e9, 4.97281, 16602.8},  {7, 65, 1.2e9, 4.97281, 17159},
                         {7, 32, 1.0e7, 1.31219, 2398.73},  {7, 32, 1.0e8, 1.31219, 3636.61},
                         {7, 32, 1.0e9, 1.31219, 5513.3},   {7, 32, 1.2e9, 1.31219, 5697.98},
                         {7, 22, 1.0e7, 0.648727, 1339.17}, {7, 22, 1.0e8, 0.648727, 2030.26},
                         {7, 22, 1.0e9, 0.648727, 3077.98}, {7, 22, 1.2e9, 0.648727, 3181.09},
                         {8, 65, 1.0e7, 6.49448, 7824.07},  {8, 65, 1.0e8, 6.49448, 11861.7},
                         {8, 65, 1.0e9, 6.49448, 17983.1},  {8, 65, 1.2e9, 7.0057, 19011.5},
                         {8, 32, 1.0e7, 1.71371, 2598.14},  {8, 32, 1.0e8, 1.71371, 3938.93},
                         {8, 32, 1.0e9, 1.71371, 5971.63},  {8, 32, 1.2e9, 1.84861, 6313.14},
                         {8, 22, 1.0e7, 0.847236, 1450.5},  {8, 22, 1.0e8, 0.847236, 2199.03},
                         {8, 22, 1.0e9, 0.847236, 3333.86}, {8, 22, 1.2e9, 0.913927, 3524.52},
                         {10, 65, 1.0e7, 12.5427, 9526.57}, {10, 65, 1.0e8, 12.5427, 14442.8},
                         {10, 65, 1.0e9, 52.8494, 33667.8}, {10, 65, 1.2e9, 59.6212, 36073.3},
                         {10, 32, 1.0e7, 3.30967, 3163.49}, {10, 32, 1.0e8, 3.30967, 4796.03},
                         {10, 32, 1.0e9, 13.9455, 11180.1}, {10, 32, 1.2e9, 15.7324, 11978.9},
                         {10, 22, 1.0e7, 1.63626, 1766.12}, {10, 22, 1.0e8, 1.63626, 2677.54},
                         {10, 22, 1.0e9, 6.89446, 6241.64}, {10, 22, 1.2e9, 7.77788, 6687.6}};

UnitCost survey(double bits, double nm, double rate) {
  return adc_survey(static_cast<Index>(bits), Metres(nm * 1e-9), Hertz(rate));
}

TEST(AdcSurvey, ReproducesTheRegressionOfTheSource) {
  for (const Row& row : kRows) {
    const UnitCost cost = survey(row.bits, row.nm, row.rate);
    EXPECT_NEAR(cost.energy.si() * 1e12 / row.pj, 1.0, 5e-6) << row.bits << ' ' << row.nm;
    EXPECT_NEAR(cost.area.si() * 1e12 / row.um2, 1.0, 5e-6) << row.bits << ' ' << row.nm;
  }
  EXPECT_EQ(std::size(kRows), 72U);
}

TEST(AdcSurvey, GivesTheGoldenConverterOf8BitsAt32Nanometres) {
  const UnitCost cost = survey(8, 32, 1.2e9);
  EXPECT_NEAR(cost.energy.si(), 1.8486e-12, 1e-3 * 1.8486e-12);
  EXPECT_NEAR(cost.area.si(), 6313e-12, 1e-3 * 6313e-12);
}

TEST(AdcSurvey, BelowFourBitsFollowsThePhysicsOfABareConverterAndSaysSo) {
  EXPECT_LT(survey(3, 22, 1e9).energy, survey(4, 22, 1e9).energy);
  EXPECT_LT(survey(1, 22, 1e9).area, survey(2, 22, 1e9).area);
  EXPECT_THAT(survey(3, 22, 1e9).source, testing::HasSubstr("4 bits -> 3 bits"));
  EXPECT_THAT(survey(4, 22, 1e9).source, testing::Not(testing::HasSubstr("->")));
}

TEST(AdcSurvey, CostsMoreForMoreBitsAndForMoreSpeed) {
  for (Index bits = 4; bits < 20; ++bits) {
    EXPECT_LT(survey(double(bits), 22, 1e8).energy, survey(double(bits + 1), 22, 1e8).energy);
  }
  EXPECT_LT(survey(10, 22, 1e8).energy, survey(10, 22, 1e9).energy);
  EXPECT_LT(survey(4, 22, 1e8).area, survey(4, 22, 1e9).area);
}

TEST(AdcSurvey, RefusesWhatTheFitDoesNotCover) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NO_THROW(survey(20, 7, 1e10));
  EXPECT_THROW(survey(0, 22, 1e9), ArgumentError);
  EXPECT_THROW(survey(21, 22, 1e9), ArgumentError);
  EXPECT_THROW(survey(8, 22, 1.01e10), ArgumentError);
  EXPECT_THROW(survey(8, 22, 0), ArgumentError);
  EXPECT_THROW(survey(8, 22, nan), ArgumentError);
  EXPECT_THROW(survey(8, 3, 1e9), ArgumentError);
  EXPECT_THROW(survey(8, nan, 1e9), ArgumentError);
}

TEST(AdcSurvey, NodeScalesAreThoseOfTheRegressionItself) {
  const Metres from(32e-9), to(22e-9);
  EXPECT_NEAR(adc_survey_energy_scale(from, to),
              survey(8, 22, 1e9).energy / survey(8, 32, 1e9).energy, 1e-12);
  EXPECT_NEAR(adc_survey_area_scale(from, to), survey(8, 22, 1e9).area / survey(8, 32, 1e9).area,
              1e-12);
}

}  // namespace
}  // namespace ohm
