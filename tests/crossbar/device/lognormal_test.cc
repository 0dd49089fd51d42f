// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/lognormal.h"

#include <gtest/gtest.h>

#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

DeviceSpec lognormal(double sigma, const std::string& centre) {
  DeviceSpec cell = shipped_device("lognormal");
  auto& model = dynamic_cast<LognormalDevice&>(*cell.model);
  model.sigma = sigma;
  model.centre = centre;
  return cell;
}

TEST(LognormalDevice, LogarithmIsNormalAroundTheTarget) {
  const auto g = cells_at(lognormal(0.3, "median"), 20e-6);
  const auto below = [](double x) { return normal_below(std::log(x / 20e-6) / 0.3); };
  EXPECT_LT(ks_statistic(g, below), 1.95);
}

TEST(LognormalDevice, StandardDeviationIsThatOfTheSamples) {
  const DeviceSpec cell = lognormal(0.3, "median");
  const Moments m = moments_of(cells_at(cell, 20e-6));
  EXPECT_NEAR(cell.sigma(Siemens(20e-6)).si(), m.sigma, 0.01 * m.sigma);
}

TEST(LognormalDevice, TheMeanThatWasAskedForMeetsTheTarget) {
  const double bound = 5 * 20e-6 * 0.31 / 1e3;
  EXPECT_NEAR(moments_of(cells_at(lognormal(0.3, "mean_g"), 20e-6)).mean, 20e-6, bound);
  EXPECT_NEAR(moments_of(cells_at(lognormal(0.3, "median"), 20e-6)).mean, 20e-6 * std::exp(0.045),
              bound);
  std::vector<double> r;
  for (const double g : cells_at(lognormal(0.3, "mean_r"), 20e-6)) r.push_back(1.0 / g);
  EXPECT_NEAR(moments_of(r).mean, 5e4, 5 * 5e4 * 0.31 / 1e3);
}

TEST(LognormalDevice, NeverCrossesZero) {
  const auto g = cells_at(lognormal(2.0, "median"), 1e-6, 100000);
  EXPECT_GT(*std::min_element(g.begin(), g.end()), 0.0);
}

}  // namespace
}  // namespace ohm
