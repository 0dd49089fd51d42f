// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "crossbar/cost/adc_isaac.h"
#include "crossbar/cost/adc_published.h"
#include "crossbar/cost/adc_sar.h"
#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

const Technology kProcess{Metres(32e-9), Volts(0.9), Process::high_performance};
const Hertz kRate(1.2e9);

AdcSpec adc(const std::string& cost) {
  AdcSpec spec;
  spec.cost = cost;
  spec.rate = kRate;
  if (cost == "published") {
    spec.published = {{8, Joules(3e-12), SquareMetres(900e-12), kRate, kProcess.node, Volts(0.9),
                       "a measured converter"}};
  }
  return spec;
}

TEST(AdcCost, TakesTheChosenModelAndSpansAllThatApply) {
  const UnitCost survey = adc_survey(8, kProcess.node, kRate);
  const UnitCost isaac = *adc_isaac(8, kProcess.node, kRate);
  const UnitCost sar = adc_sar("uniform", 8, kProcess, kRate);
  EXPECT_EQ(adc_cost(adc("survey"), 8, kProcess).energy, survey.energy);
  EXPECT_EQ(adc_cost(adc("isaac"), 8, kProcess).energy, isaac.energy);
  EXPECT_EQ(adc_cost(adc("sar"), 8, kProcess).energy, sar.energy);
  for (const char* model : {"survey", "isaac", "sar"}) {
    const UnitCost cost = adc_cost(adc(model), 8, kProcess);
    EXPECT_EQ(cost.energy_low, sar.energy) << model;
    EXPECT_EQ(cost.energy_high, survey.energy) << model;
    EXPECT_EQ(cost.area_low, sar.area) << model;
    EXPECT_EQ(cost.area_high, survey.area) << model;
  }
}

TEST(AdcCost, SourceListsWhatEveryModelSays) {
  const std::string source = adc_cost(adc("survey"), 8, kProcess).source;
  EXPECT_THAT(source, HasSubstr("1.849 pJ, 6313 um2; range: ISAAC"));
  EXPECT_THAT(source, HasSubstr("1.667 pJ, 1200 um2"));
  EXPECT_THAT(source, HasSubstr("physics of a bare SAR"));
}

TEST(AdcCost, PublishedFiguresStandAsTheyAreAndJoinTheRangeOfOthers) {
  const UnitCost cost = adc_cost(adc("published"), 8, kProcess);
  EXPECT_DOUBLE_EQ(cost.energy.si(), 3e-12);
  EXPECT_DOUBLE_EQ(cost.energy_high.si(), 3e-12);
  AdcSpec survey = adc("published");
  survey.cost = "survey";
  EXPECT_DOUBLE_EQ(adc_cost(survey, 8, kProcess).energy_high.si(), 3e-12);
  EXPECT_THAT(adc_cost(survey, 8, kProcess).source, HasSubstr("a measured converter"));
}

TEST(AdcCost, EveryBitMovesEnergyAndAreaUnderEveryModel) {
  for (const char* model : {"survey", "isaac", "sar", "published"}) {
    for (Index bits = 1; bits < 10; ++bits) {
      const UnitCost fewer = adc_cost(adc(model), bits, kProcess);
      const UnitCost more = adc_cost(adc(model), bits + 1, kProcess);
      EXPECT_LT(fewer.energy, more.energy) << model << ' ' << bits;
      EXPECT_LT(fewer.area, more.area) << model << ' ' << bits;
    }
  }
}

TEST(AdcCost, LeavesOutAModelThatDoesNotApply) {
  EXPECT_THAT(adc_cost(adc("survey"), 12, kProcess).source, testing::Not(HasSubstr("ISAAC's ADC")));
}

TEST(AdcCost, RefusesIsaacWhereItWasNeverPublished) {
  EXPECT_THROW(adc_cost(adc("isaac"), 11, kProcess), ArgumentError);
  EXPECT_THROW(adc_cost(adc("walden"), 8, kProcess), ArgumentError);
}

TEST(AdcCost, CostsAnIdealConverterAsTheFinestOneKnown) {
  AdcSpec ideal = adc("survey");
  ideal.kind = "ideal";
  EXPECT_EQ(adc_cost(ideal, 23, kProcess).energy, adc_survey(20, kProcess.node, kRate).energy);
  EXPECT_THROW(adc_cost(adc("survey"), 23, kProcess), ArgumentError);
}

TEST(AdcCost, UsesTheRateThatTheResolutionAllows) {
  AdcSpec slowed = adc("survey");
  slowed.rate_bits = 8;
  EXPECT_EQ(adc_cost(slowed, 11, kProcess).energy,
            adc_survey(11, kProcess.node, Hertz(0.75 * kRate.si())).energy);
}

TEST(AdcCost, OfAMacroUsesItsBitsRateAndNode) {
  MacroSpec macro;
  macro.adc.bits = 6;
  EXPECT_EQ(adc_cost(macro).energy, adc_survey(6, macro.periphery.node, macro.adc.rate).energy);
}

}  // namespace
}  // namespace ohm
