// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/cmo_hfox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

// aihwkit's (4545f11) default band, 2e-2, is not among its keys, 0.2 and 2, and silently becomes
// 0.2 %.
TEST(CmoHfoxDevice, BandsAreChosenByName) {
  const auto sigma_us = [](const char* name) {
    return shipped_device(name).sigma(Siemens(50e-6)).si() * 1e6;
  };
  EXPECT_NEAR(sigma_us("cmo_hfox_0p2pct"), 0.00081107 + 0.00106879 * 50, 1e-12);
  EXPECT_NEAR(sigma_us("cmo_hfox_2pct"), 0.0112185391 + 0.01129027418 * 50, 1e-12);
  EXPECT_THAT(refusal_of("cmo_hfox_2pct", {{"acceptance", "0.02"}}),
              testing::HasSubstr("expected one of: 0.2 %, 2 %"));
}

TEST(CmoHfoxDevice, RelaxesByTheSameAtEveryLevel) {
  const DeviceSpec cell = shipped_device("cmo_hfox_0p2pct", {{"age", "1 day"}});
  for (const double g : {10e-6, 80e-6}) {
    const Spread drift = cell.model->drift(Siemens(g), cell);
    EXPECT_NEAR(drift.centre * 1e6, -1.0116, 1e-3);
    EXPECT_NEAR(drift.width * 1e6, 0.8894, 1e-3);
  }
}

TEST(CmoHfoxDevice, CellsSpreadByProgrammingRelaxationAndFrozenNoise) {
  const DeviceSpec cell = shipped_device("cmo_hfox_2pct", {{"age", "1 day"}});
  const Moments m = moments_of(cells_at(cell, 50e-6));
  const double programming = 0.0112185391 + 0.01129027418 * 50, relaxation = 0.8894;
  const double noise = 0.0277316483 * std::log10(50.0) * std::sqrt(std::log(86401.0));
  const double sigma = std::hypot(programming, relaxation, noise);
  EXPECT_NEAR(m.mean * 1e6, 50 - 1.0116, 5e-3);
  EXPECT_NEAR(m.sigma * 1e6, sigma, 5e-3);
}

TEST(CmoHfoxDevice, NothingRelaxesAtAgeZero) {
  const DeviceSpec cell = shipped_device("cmo_hfox_2pct", {{"age", "0 s"}, {"sigma_scale", "0"}});
  EXPECT_EQ(cells_at(cell, 50e-6, 100), std::vector<double>(100, 50e-6));
}

TEST(CmoHfoxDevice, CellsStayInTheirRange) {
  const DeviceSpec cell = shipped_device("cmo_hfox_2pct", {{"age", "1 day"}});
  const auto low = cells_at(cell, 9e-6, 10000), high = cells_at(cell, 88.2e-6, 10000);
  EXPECT_EQ(*std::min_element(low.begin(), low.end()), 9e-6);
  EXPECT_EQ(*std::max_element(high.begin(), high.end()), 88.2e-6);
}

TEST(CmoHfoxDevice, RefusesToLeaveTheFit) {
  EXPECT_THAT(refusal_of("cmo_hfox_2pct", {{"g_max", "89 uS"}}),
              testing::HasSubstr("leaves the range of the measurement"));
  EXPECT_THAT(refusal_of("cmo_hfox_2pct", {{"g_min", "8.9 uS"}}),
              testing::HasSubstr("leaves the range of the measurement"));
  EXPECT_EQ(refusal_of("cmo_hfox_2pct", {{"age", "1 s"}}), "");
  EXPECT_THAT(refusal_of("cmo_hfox_2pct", {{"age", "0.5 s"}}),
              testing::HasSubstr("outside the measured times, 1 s to"));
}

}  // namespace
}  // namespace ohm
