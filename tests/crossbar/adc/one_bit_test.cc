// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/one_bit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "crossbar/adc/adc.h"
#include "tests/core/error_text.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm::testing {
namespace {

TEST(OneBit, OfSignAndMagnitudeIsRefusedAndSaysTheWayOut) {
  const AdcSpec spec = adc_spec("uniform", 1, "sign_magnitude");
  EXPECT_THAT(one_bit_problem(spec, true), ::testing::HasSubstr("levels: mid_rise"));
  EXPECT_THAT(error_text<ArgumentError>([&] { make_adc(spec)->codes(true); }),
              ::testing::StartsWith("adc.bits: 1 with levels: sign_magnitude"));
}

TEST(OneBit, HasTwoCodesOtherwise) {
  EXPECT_EQ(make_adc(adc_spec("uniform", 1, "sign_magnitude"))->codes(false).size(), 2);
  for (const char* levels : {"mid_rise", "mid_tread"}) {
    const AdcSpec spec = adc_spec("uniform", 1, levels);
    EXPECT_EQ(one_bit_problem(spec, true), "");
    for (const bool is_signed : {false, true}) {
      EXPECT_EQ(make_adc(spec)->codes(is_signed).size(), 2) << levels;
    }
  }
}

TEST(OneBit, AnIdealConverterHasNone) {
  EXPECT_EQ(one_bit_problem(adc_spec("ideal", 1, "sign_magnitude"), true), "");
}

}  // namespace
}  // namespace ohm::testing
