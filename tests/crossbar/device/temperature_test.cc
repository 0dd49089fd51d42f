// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/temperature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

TEST(Temperature, ArrheniusFactorOfTheTextbook) {
  TemperatureSpec spec;
  spec.reference = Kelvins(298.15);
  spec.operating = Kelvins(358.15);
  // exp(1.1 / 8.617333e-5 · (1 / 298.15 - 1 / 358.15))
  EXPECT_NEAR(acceleration(spec), 1300.0, 13.0);
  EXPECT_NEAR(equivalent_age(spec, Seconds(10)).si(), 10.0 * acceleration(spec), 1e-9);
}

TEST(Temperature, AtTheReferenceNothingChanges) {
  const TemperatureSpec spec;
  EXPECT_EQ(acceleration(spec), 1.0);
  EXPECT_EQ(equivalent_age(spec, Seconds(86400)).si(), 86400.0);
  EXPECT_EQ(thermal_gain(spec, 3.0), 1.0);
}

TEST(Temperature, EachCellHasItsOwnCoefficient) {
  const DeviceSpec cell = shipped_device("ideal", {{"temperature.operating", "350 K"},
                                                   {"temperature.coefficient", "-0.001"},
                                                   {"temperature.coefficient_sigma", "0.0005"}});
  const Moments m = moments_of(cells_at(cell, 20e-6));
  EXPECT_NEAR(m.mean, 20e-6 * 0.95, 5 * 20e-6 * 0.025 / 1e3);
  EXPECT_NEAR(m.sigma, 20e-6 * 0.025, 5 * 20e-6 * 0.025 / 1.4e3);
}

TEST(Temperature, AHotCellIsAsOldAsItsEquivalentAge) {
  EXPECT_EQ(refusal_of("wan_2022", {{"temperature.operating", "300 K"}}), "");
  EXPECT_THAT(refusal_of("wan_2022", {{"temperature.operating", "358 K"}}),
              testing::HasSubstr("at the reference temperature) lies outside the measured times"));
  const DeviceSpec hot =
      shipped_device("wan_2022", {{"temperature.operating", "310 K"}, {"age", "1 h"}});
  const double age = 3600.0 * acceleration(hot.temperature);
  const DeviceSpec old = shipped_device("wan_2022", {{"age", std::to_string(age) + " s"}});
  EXPECT_NEAR(hot.sigma(Siemens(10e-6)).si(), old.sigma(Siemens(10e-6)).si(), 1e-13);
}

}  // namespace
}  // namespace ohm
