// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "crossbar/cost/adc_sar.h"
#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

const Technology k32nm{Metres(32e-9), Volts(0.9), Process::high_performance};

PublishedConverter entry(Index bits, double pj, double um2, const std::string& source) {
  return {bits,       Joules(pj * 1e-12), SquareMetres(um2 * 1e-12),
          Hertz(1e9), Metres(32e-9),      Volts(0.9),
          source};
}

UnitCost published(const std::vector<PublishedConverter>& list, Index bits,
                   const Technology& target = k32nm) {
  AdcSpec adc;
  adc.published = list;
  return adc_published(adc, bits, target, Hertz(1e9));
}

TEST(AdcPublished, IsExactAtAListedResolution) {
  const UnitCost cost = published({entry(6, 1.0, 500, "A"), entry(8, 2.0, 1200, "B")}, 8);
  EXPECT_DOUBLE_EQ(cost.energy.si(), 2e-12);
  EXPECT_DOUBLE_EQ(cost.area.si(), 1200e-12);
  EXPECT_EQ(cost.source, "B");
}

TEST(AdcPublished, RunsLogLinearlyBetweenTwoResolutions) {
  const UnitCost cost = published({entry(8, 4.0, 900, "B"), entry(6, 1.0, 100, "A")}, 7);
  EXPECT_NEAR(cost.energy.si(), 2e-12, 1e-24);
  EXPECT_NEAR(cost.area.si(), 300e-12, 1e-22);
  EXPECT_THAT(cost.source, HasSubstr("7 bits between 6 and 8, log-linear"));
}

TEST(AdcPublished, GoesBeyondTheListWithThePhysicsOfABareConverter) {
  const UnitCost more = published({entry(8, 2.0, 1200, "B")}, 10);
  const double ratio = adc_sar("uniform", 10, k32nm, Hertz(1e6)).energy /
                       adc_sar("uniform", 8, k32nm, Hertz(1e6)).energy;
  EXPECT_NEAR(more.energy.si(), 2e-12 * ratio, 1e-22);
  EXPECT_THAT(more.source, HasSubstr("8 bits -> 10 bits"));
  EXPECT_LT(published({entry(8, 2.0, 1200, "B")}, 5).area.si(), 1200e-12);
}

TEST(AdcPublished, EveryBitMovesEnergyAndArea) {
  const std::vector<PublishedConverter> list{entry(5, 0.5, 200, "A"), entry(8, 2.0, 1200, "B")};
  for (Index bits = 1; bits < 16; ++bits) {
    EXPECT_LT(published(list, bits).energy, published(list, bits + 1).energy) << bits;
    EXPECT_LT(published(list, bits).area, published(list, bits + 1).area) << bits;
  }
}

TEST(AdcPublished, SeveralPapersOfOneResolutionAreARange) {
  const UnitCost cost = published({entry(8, 2.0, 1200, "B"), entry(8, 3.0, 800, "C")}, 8);
  EXPECT_DOUBLE_EQ(cost.energy.si(), 2e-12);
  EXPECT_DOUBLE_EQ(cost.energy_high.si(), 3e-12);
  EXPECT_DOUBLE_EQ(cost.area_low.si(), 800e-12);
  EXPECT_EQ(cost.source, "B; C");
}

TEST(AdcPublished, ScalesWithTheNodeAsAnAnalogBlockAndSaysSo) {
  const Technology k22nm{Metres(22e-9), Volts(0.85), Process::high_performance};
  const UnitCost cost = published({entry(8, 2.0, 1200, "B")}, 8, k22nm);
  EXPECT_NEAR(cost.energy.si() / 2e-12, std::pow(22.0 / 32.0, 1.8800369), 1e-6);
  EXPECT_THAT(cost.source, HasSubstr("analog: 32 nm -> 22 nm with the survey's node exponents"));
}

TEST(AdcPublished, AnUnpublishedAreaIsTheSurveysNotNothing) {
  const UnitCost cost = published({entry(8, 2.0, 0, "B")}, 8);
  EXPECT_EQ(cost.area, adc_survey(8, Metres(32e-9), Hertz(1e9)).area);
  EXPECT_THAT(cost.source, HasSubstr("area not published"));
}

TEST(AdcPublished, SaysWhenItRunsFasterThanPublished) {
  AdcSpec adc;
  adc.published = {entry(8, 2.0, 1200, "B")};
  EXPECT_THAT(adc_published(adc, 8, k32nm, Hertz(2e9)).source,
              HasSubstr("published at 1 GHz, used at 2 GHz"));
  adc.published.clear();
  EXPECT_THROW(adc_published(adc, 8, k32nm, Hertz(1e9)), ArgumentError);
}

}  // namespace
}  // namespace ohm
