// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "crossbar/cost/adc_isaac.h"
#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

const Metres kNode(32e-9);

AdcSpec adc(const std::string& cost) {
  AdcSpec spec;
  spec.cost = cost;
  spec.rate = Hertz(1.2e9);
  return spec;
}

TEST(AdcCost, TakesTheChosenModelAndSpansBoth) {
  const UnitCost survey = adc_cost(adc("survey"), 8, kNode);
  const UnitCost isaac = adc_cost(adc("isaac"), 8, kNode);
  EXPECT_EQ(survey.energy, adc_survey(8, kNode, Hertz(1.2e9)).energy);
  EXPECT_EQ(isaac.energy, adc_isaac(8, kNode, Hertz(1.2e9))->energy);
  EXPECT_EQ(survey.energy_low, isaac.energy);
  EXPECT_EQ(survey.energy_high, survey.energy);
  EXPECT_EQ(isaac.area_low, isaac.area);
  EXPECT_EQ(isaac.area_high, survey.area);
  EXPECT_NEAR(survey.area_high / survey.area_low, 5.26, 0.01);
  EXPECT_THAT(survey.source, testing::HasSubstr("range: ISAAC"));
}

TEST(AdcCost, SurveyStandsAloneWhereIsaacSaysNothing) {
  const UnitCost cost = adc_cost(adc("survey"), 12, kNode);
  EXPECT_EQ(cost.energy_low, cost.energy_high);
  EXPECT_THAT(cost.source, testing::HasSubstr("no second model"));
}

TEST(AdcCost, RefusesIsaacWhereItWasNeverPublished) {
  EXPECT_THROW(adc_cost(adc("isaac"), 11, kNode), ArgumentError);
  EXPECT_THROW(adc_cost(adc("walden"), 8, kNode), ArgumentError);
}

TEST(AdcCost, CostsAnIdealConverterAsTheFinestOneKnown) {
  AdcSpec ideal = adc("survey");
  ideal.kind = "ideal";
  EXPECT_EQ(adc_cost(ideal, 23, kNode).energy, adc_survey(20, kNode, ideal.rate).energy);
  EXPECT_THROW(adc_cost(adc("survey"), 23, kNode), ArgumentError);
}

TEST(AdcCost, OfAMacroUsesItsBitsRateAndNode) {
  MacroSpec macro;
  macro.adc.bits = 6;
  EXPECT_EQ(adc_cost(macro).energy, adc_survey(6, macro.periphery.node, macro.adc.rate).energy);
}

}  // namespace
}  // namespace ohm
