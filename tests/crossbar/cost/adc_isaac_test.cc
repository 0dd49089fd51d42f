// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_isaac.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

const Metres k32nm(32e-9), k22nm(22e-9);

// One period of the published power per conversion; MNSIM 2.0 (ca39ccb) charges bits + 2 of them.
TEST(AdcIsaac, EightConvertersDrawThePowerAndAreaOfTableI) {
  const auto cost = adc_isaac(8, k32nm, Hertz(1.2e9));
  ASSERT_TRUE(cost.has_value());
  EXPECT_NEAR(8 * 1.2e9 * cost->energy.si(), 16e-3, 1e-12);
  EXPECT_NEAR(8 * cost->area.si(), 0.0096e-6, 1e-18);
}

TEST(AdcIsaac, FollowsThePublishedTableOfResolutions) {
  EXPECT_NEAR(adc_isaac(4, k32nm, Hertz(1e9))->energy.si(), 0.79e-12, 1e-18);
  EXPECT_NEAR(adc_isaac(4, k32nm, Hertz(1e9))->area.si(), 361.04e-12, 1e-18);
  EXPECT_NEAR(adc_isaac(10, k32nm, Hertz(1e9))->energy.si(), 2.379022742e-12, 1e-20);
  EXPECT_NEAR(adc_isaac(10, k32nm, Hertz(1e9))->area.si(), 3002.008032e-12, 1e-18);
  for (Index bits = 4; bits < 10; ++bits) {
    EXPECT_LT(adc_isaac(bits, k32nm, Hertz(1e9))->energy,
              adc_isaac(bits + 1, k32nm, Hertz(1e9))->energy);
  }
}

TEST(AdcIsaac, ScalesWithTheNodeLikeTheSurvey) {
  const auto at32 = adc_isaac(8, k32nm, Hertz(1e9)), at22 = adc_isaac(8, k22nm, Hertz(1e9));
  EXPECT_NEAR(at22->energy / at32->energy, 0.4944, 1e-4);  // (22/32)^1.880
  EXPECT_NEAR(at22->area / at32->area, 0.5583, 1e-4);      // (22/32)^1.5557
  EXPECT_THAT(at22->source, testing::HasSubstr("32 nm -> 22 nm"));
}

TEST(AdcIsaac, BelowFourBitsFollowsThePhysicsOfABareConverter) {
  const auto two = adc_isaac(2, k32nm, Hertz(1e9)), four = adc_isaac(4, k32nm, Hertz(1e9));
  EXPECT_LT(two->energy, four->energy);
  EXPECT_THAT(two->source, testing::HasSubstr("4 bits -> 2 bits"));
}

TEST(AdcIsaac, HasNothingToSayBeyondTenBitsOrAboveItsRate) {
  EXPECT_TRUE(adc_isaac(1, k32nm, Hertz(1.28e9)).has_value());
  EXPECT_FALSE(adc_isaac(0, k32nm, Hertz(1e9)).has_value());
  EXPECT_FALSE(adc_isaac(11, k32nm, Hertz(1e9)).has_value());
  EXPECT_FALSE(adc_isaac(8, k32nm, Hertz(1.3e9)).has_value());
  EXPECT_FALSE(adc_isaac(10, k32nm, Hertz(1.3e9)).has_value());
  EXPECT_TRUE(adc_isaac(6, k32nm, Hertz(1.6e9)).has_value());  // 9 steps at 1.28 GHz are 7 at 1.65
}

}  // namespace
}  // namespace ohm
