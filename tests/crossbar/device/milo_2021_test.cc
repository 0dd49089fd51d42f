// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/milo_2021.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

TEST(MiloDevice, MeetsThePublishedLine) {
  const DeviceSpec cell = shipped_device("milo_2021");
  EXPECT_NEAR(cell.sigma(Siemens(50e-6)).si() * 1e6, 4.326971, 1e-9);
  EXPECT_NEAR(cell.sigma(Siemens(225e-6)).si() * 1e6, 2.733246, 1e-9);
  const auto g = cells_at(cell, 100e-6);
  const double sigma = (4.782321 - 0.9107) * 1e-6;
  EXPECT_LT(ks_statistic(g, [&](double x) { return normal_below((x - 100e-6) / sigma); }), 1.95);
}

TEST(MiloDevice, ReadsSublinearly) {
  const DeviceSpec cell = shipped_device("milo_2021");
  EXPECT_EQ(cell.iv.model, "milo_2021");
  EXPECT_LT(apparent_conductance(cell.iv, Siemens(62.5e-6), Volts(0.2)).si(), 62.5e-6);
}

TEST(MiloDevice, RefusesToLeaveTheFit) {
  EXPECT_THAT(refusal_of("milo_2021", {{"g_max", "226 uS"}}),
              testing::HasSubstr("leaves the range of the measurement, [50 uS, 225 uS] (Milo"));
  EXPECT_THAT(refusal_of("milo_2021", {{"age", "1 s"}}), testing::HasSubstr("age"));
  EXPECT_EQ(refusal_of("milo_2021", {{"age", "1 day"}, {"retention.model", "log_time"}}),
            "");
}

}  // namespace
}  // namespace ohm
