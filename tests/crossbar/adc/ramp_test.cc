// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/ramp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/adc/cdac.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

AdcSpec mismatched() {
  AdcSpec spec = adc_spec("ramp", 8);
  spec.capacitor_mismatch = 0.03;
  spec.comparator_offset = 0.5;
  return spec;
}

TEST(RampAdc, ColumnsShareTheRampAndDifferByTheirComparators) {
  const RampAdc adc(mismatched());
  const auto a = adc.thresholds(draw_of(0), false), b = adc.thresholds(draw_of(1), false);
  const double apart = a[0] - b[0];
  EXPECT_NE(apart, 0.0);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i] - b[i], apart, 1e-12);
  AdcDraw elsewhere = draw_of(0);
  elsewhere.array = 1;
  const auto c = adc.thresholds(elsewhere, false);
  double varies = 0.0;
  for (size_t i = 0; i < a.size(); ++i)
    varies = std::max(varies, std::abs(a[i] - c[i] - (a[0] - c[0])));
  EXPECT_GT(varies, 0.01);
}

TEST(RampAdc, TheCountStopsAtTheFirstLevelAboveTheSum) {
  const AdcSpec spec = mismatched();
  const auto levels =
      cdac_levels(spec, draw_of(4).shared_normals(ConverterPart::capacitor, cdac_capacitors(spec)));
  const double offset = 0.5 * draw_of(4).normals(ConverterPart::comparator, 1)[0];
  const auto thresholds = RampAdc(spec).thresholds(draw_of(4), false);
  for (double sum = -1.0; sum < 257.0; sum += 0.193) {
    size_t stopped = 1;
    while (stopped < levels.size() && levels[stopped] + offset <= sum + 0.5) ++stopped;
    size_t code = 0;
    while (code < thresholds.size() && thresholds[code] <= sum) ++code;
    ASSERT_EQ(code, stopped - 1) << sum;
  }
}

}  // namespace
}  // namespace ohm
