// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

DeviceSpec wan(std::vector<Override> overrides = {}) {
  return load_spec<DeviceSpec>("device", "wan_2022", {{repository::configs()}, overrides, true});
}

double sigma_us(const DeviceSpec& cell, double g_us) {
  return cell.model->programming_sigma(Siemens(g_us * 1e-6), cell).si() * 1e6;
}

// Values of IBM aihwkit's ReRamWan2022NoiseModel at g_max = 40 uS.
TEST(TableDevice, ReproducesThePublishedFitAtItsThreeTimes) {
  const std::vector<double> g{0, 4, 10, 20, 30, 40};
  const std::vector<std::pair<std::string, std::vector<double>>> rows{
      {"1 s", {0.348, 1.55618, 2.25827, 2.02294, 1.53299, 1.103}},
      {"1 day", {0.701, 2.44732, 3.72076, 3.909, 3.36648, 2.651}},
      {"2 days", {0.782, 2.4102, 3.66379, 3.92913, 3.37435, 2.677}}};
  for (const auto& [age, sigmas] : rows) {
    const DeviceSpec cell = wan({{"age", age, "--set"}});
    for (size_t i = 0; i < g.size(); ++i) EXPECT_NEAR(sigma_us(cell, g[i]), sigmas[i], 6e-6) << age;
  }
}

// Values of the cubic of Sandia's CrossSim, from 1 to 39 uS.
TEST(TableDevice, TheSecondDigitisationDiffersByItsStatedUncertainty) {
  const DeviceSpec second =
      load_spec<DeviceSpec>("device", "wan_2022_crosssim", {{repository::configs()}, {}, true});
  const DeviceSpec first = wan({{"age", "1 s", "--set"}});
  const std::vector<std::pair<double, double>> values{{1, 1.28},  {5, 1.97},  {10, 2.41},
                                                      {20, 2.36}, {30, 1.82}, {39, 1.67}};
  for (const auto& [g, sigma] : values) EXPECT_NEAR(sigma_us(second, g), sigma, 6e-3) << g;
  for (const double g : {5.0, 10.0, 20.0, 30.0}) {
    EXPECT_LE(std::abs(sigma_us(first, g) / sigma_us(second, g) - 1), second.sigma_uncertainty);
  }
}

TEST(TableDevice, BetweenMeasuredTimesSigmaIsLinearInTheLogarithmOfTime) {
  const double second = sigma_us(wan({{"age", "1 s", ""}}), 16);
  const double day = sigma_us(wan({{"age", "1 day", ""}}), 16);
  const double middle = sigma_us(wan({{"age", std::to_string(std::sqrt(86400.0)) + " s", ""}}), 16);
  EXPECT_NEAR(middle, 0.5 * (second + day), 1e-6);
}

// CrossSim (0a2eb1e, RRAM_Wan.py) names another paper's cell in this message.
TEST(TableDevice, RefusesToLeaveTheMeasuredConductancesAndTimes) {
  const auto refusal = [](const std::string& key, const std::string& value) -> std::string {
    return error_text<ConfigError>([&] { wan({{key, value, "--set"}}); });
  };
  EXPECT_EQ(refusal("g_max", "40 uS"), "");
  EXPECT_THAT(refusal("g_max", "40.1 uS"),
              testing::HasSubstr("leaves the range of the measurement"));
  EXPECT_THAT(refusal("g_max", "40.1 uS"), testing::HasSubstr("Wan et al."));
  EXPECT_EQ(refusal("age", "2 days"), "");
  EXPECT_THAT(refusal("age", "49 h"), testing::HasSubstr("outside the measured times, 1 s to"));
  EXPECT_THAT(refusal("age", "0.9 s"), testing::HasSubstr("outside the measured times"));
}

}  // namespace
}  // namespace ohm
