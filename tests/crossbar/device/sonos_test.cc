// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/sonos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

/// Mean and σ in nA of cells programmed to `current` nA, at an age.
Spread at(const std::string& age, double current) {
  const DeviceSpec cell = shipped_device("sonos_40nm", {{"age", age}});
  const Spread g = cell.model->landing(Siemens(current * 1e-8), cell);  // at 0.1 V
  return {g.centre * 1e8, g.width * 1e8};
}

// Values of the published polynomials, computed in NumPy.
TEST(SonosDevice, MeetsThePublishedFits) {
  EXPECT_NEAR(at("0 s", 500).centre, 500, 1e-9);
  EXPECT_NEAR(at("0 s", 500).width, 18.72, 5e-4);
  EXPECT_NEAR(at("1 day", 1600).centre, 1588.4678, 1e-3);
  EXPECT_NEAR(at("1 day", 1600).width, 25.5858, 1e-4);
  EXPECT_NEAR(at("3 days", 100).centre, 103.6212, 1e-4);
  EXPECT_NEAR(at("3 days", 100).width, 12.6051, 1e-4);
  EXPECT_NEAR(at("5 days", 1000).centre, 978.4327, 1e-3);
  EXPECT_NEAR(at("5 days", 1000).width, 34.2705, 1e-4);
}

TEST(SonosDevice, IsContinuousInTime) {
  EXPECT_NEAR(at("86399 s", 500).width, at("86401 s", 500).width, 1e-3);
  EXPECT_NEAR(at("172799 s", 500).centre, at("172801 s", 500).centre, 1e-3);
  EXPECT_GT(at("1 h", 500).width, at("1 min", 500).width);
}

TEST(SonosDevice, ReadNoiseIsTheMeasuredOne) {
  const DeviceSpec cell = shipped_device("sonos_40nm");
  const double nano = cell.model->white_noise(Siemens(5e-6), cell).si() * 1e8;  // 500 nA
  EXPECT_NEAR(nano, 12.58037 * (1 - std::exp(-500 / 215.36557)), 1e-9);
  EXPECT_NEAR(read_sigma(cell, Siemens(5e-6), Volts(0.1), Seconds(1e-7)).si() * 1e8, nano, 1e-9);
}

TEST(SonosDevice, RefusesToLeaveTheFit) {
  EXPECT_EQ(refusal_of("sonos_40nm", {{"g_max", "18 uS"}}), "");
  EXPECT_THAT(refusal_of("sonos_40nm", {{"g_max", "18.1 uS"}}),
              testing::HasSubstr("leaves the range of the measurement"));
  EXPECT_EQ(refusal_of("sonos_40nm", {{"g_max", "32 uS"}, {"age", "0 s"}}), "");
  EXPECT_EQ(refusal_of("sonos_40nm", {{"age", "5 days"}}), "");
  EXPECT_THAT(refusal_of("sonos_40nm", {{"age", "6 days"}}),
              testing::HasSubstr("outside the measured times, 0 s to 432 ks"));
}

}  // namespace
}  // namespace ohm
