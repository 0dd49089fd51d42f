// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

TEST(Adc, EveryKindOfTheTableCanBeMade) {
  for (const std::string& kind : adc_kinds()) EXPECT_NE(make_adc(adc_spec(kind)), nullptr) << kind;
  EXPECT_THROW(make_adc(adc_spec("hourglass")), ArgumentError);
}

TEST(Adc, LevelsDecideTheCodes) {
  const auto codes = [](const char* levels, bool is_signed) {
    return make_adc(adc_spec("sar", 3, levels))->codes(is_signed);
  };
  EXPECT_EQ(codes("sign_magnitude", true), (CodeRange{-3.0, 3.0}));
  EXPECT_EQ(codes("mid_tread", true), (CodeRange{-4.0, 3.0}));
  EXPECT_EQ(codes("mid_rise", true), (CodeRange{-3.5, 3.5}));
  EXPECT_EQ(codes("sign_magnitude", false), (CodeRange{0.0, 7.0}));
  EXPECT_EQ(codes("mid_tread", false), (CodeRange{0.0, 7.0}));
  EXPECT_EQ(codes("mid_rise", false), (CodeRange{0.5, 7.5}));
  EXPECT_EQ(make_adc(adc_spec("uniform", 1, "mid_rise"))->codes(true), (CodeRange{-0.5, 0.5}));
}

TEST(Adc, ReachFallsOnTheLastCodeOrOnItsEnd) {
  EXPECT_EQ(make_adc(adc_spec("uniform", 6))->step_for(62.0, true), 2.0);
  EXPECT_EQ(make_adc(adc_spec("uniform", 6, "mid_tread"))->step_for(62.0, true), 2.0);
  EXPECT_EQ(make_adc(adc_spec("uniform", 6, "mid_rise"))->step_for(64.0, true), 2.0);
  EXPECT_EQ(make_adc(adc_spec("uniform", 6))->step_for(126.0, false), 2.0);
  EXPECT_EQ(make_adc(adc_spec("uniform", 6))->step_for(0.0, true), 1.0);
  EXPECT_EQ(make_adc(adc_spec("ideal"))->step_for(5.0, true), 1.0);
}

TEST(Adc, ThresholdsOfIdealPartsLieHalfwayBetweenCodes) {
  for (const std::string& kind : adc_kinds()) {
    if (kind == "ideal") continue;
    const auto thresholds = make_adc(adc_spec(kind, 3))->thresholds(draw_of(0), true);
    EXPECT_EQ(thresholds, (std::vector<double>{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5})) << kind;
    const auto rising = make_adc(adc_spec(kind, 2, "mid_rise"))->thresholds(draw_of(0), false);
    EXPECT_EQ(rising, (std::vector<double>{1.0, 2.0, 3.0})) << kind;
  }
  EXPECT_THROW(make_adc(adc_spec("ideal"))->thresholds(draw_of(0), true), ArgumentError);
}

TEST(Adc, GainAndOffsetMoveTheThresholdsOfEveryKind) {
  for (const std::string& kind : adc_kinds()) {
    if (kind == "ideal") continue;
    AdcSpec spec = adc_spec(kind, 4);
    spec.gain_error = 0.1;
    spec.offset = 2.0;
    const AdcDraw draw = draw_of(3);
    const auto thresholds = make_adc(spec)->thresholds(draw, false);
    ASSERT_EQ(thresholds.size(), 15U) << kind;
    for (size_t i = 0; i < thresholds.size(); ++i) {
      const double nominal = static_cast<double>(i) + 0.5;
      EXPECT_NEAR(thresholds[i], (nominal - 2.0 * draw.offset()) / (1.0 + 0.1 * draw.gain()), 1e-9);
    }
  }
}

TEST(Adc, KindsWithThresholdsNeedTwoToFourteenBits) {
  EXPECT_NO_THROW(make_adc(adc_spec("sar", 14)));
  EXPECT_THROW(make_adc(adc_spec("sar", 15)), ArgumentError);
  EXPECT_THROW(make_adc(adc_spec("flash", 1)), ArgumentError);
  EXPECT_NO_THROW(make_adc(adc_spec("uniform", 20)));
}

}  // namespace
}  // namespace ohm
