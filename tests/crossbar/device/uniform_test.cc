// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/uniform.h"

#include <gtest/gtest.h>

#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

// width is the full width, as in CrossSim: (U - 0.5) · width
TEST(UniformDevice, FillsTheBandEvenly) {
  const DeviceSpec cell = shipped_device("uniform", {{"width", "0.1"}});
  const double width = 0.1 * cell.range().si(), target = 20e-6;
  const auto g = cells_at(cell, target);
  EXPECT_LT(ks_statistic(g, [&](double x) { return (x - target) / width + 0.5; }), 1.95);
  EXPECT_GE(*std::min_element(g.begin(), g.end()), target - 0.5 * width);
  EXPECT_LE(*std::max_element(g.begin(), g.end()), target + 0.5 * width);
  EXPECT_NEAR(moments_of(g).sigma, cell.sigma(Siemens(target)).si(), 2e-3 * width);
}

TEST(UniformDevice, ProportionalWidthIsAShareOfTheConductance) {
  const DeviceSpec cell =
      shipped_device("uniform", {{"width", "0.1"}, {"dependence", "proportional"}});
  EXPECT_DOUBLE_EQ(cell.sigma(Siemens(20e-6)).si(), 2e-6 / std::sqrt(12.0));
}

}  // namespace
}  // namespace ohm
