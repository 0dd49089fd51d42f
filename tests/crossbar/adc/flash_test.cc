// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/flash.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

// Offsets of 2 LSB make bubbles: comparators that fire above others that do not.
TEST(FlashAdc, TheCodeIsTheNumberOfComparatorsThatFire) {
  AdcSpec spec = adc_spec("flash", 5);
  spec.comparator_offset = 2.0;
  const auto thresholds = FlashAdc(spec).thresholds(draw_of(0), false);
  EXPECT_TRUE(std::is_sorted(thresholds.begin(), thresholds.end()));
  const auto offsets = draw_of(0).normals(ConverterPart::comparator, 31);
  for (double sum = -3.0; sum < 36.0; sum += 0.037) {
    Index ones = 0, reached = 0;
    for (size_t k = 0; k < 31; ++k) {
      ones += sum >= static_cast<double>(k) + 0.5 + 2.0 * offsets[k] ? 1 : 0;
      reached += sum >= thresholds[k] ? 1 : 0;
    }
    ASSERT_EQ(reached, ones) << sum;
  }
}

TEST(FlashAdc, EachComparatorOfEachConverterHasItsOwnOffset) {
  AdcSpec spec = adc_spec("flash", 4);
  spec.comparator_offset = 0.1;
  EXPECT_NE(FlashAdc(spec).thresholds(draw_of(0), false),
            FlashAdc(spec).thresholds(draw_of(1), false));
}

}  // namespace
}  // namespace ohm
