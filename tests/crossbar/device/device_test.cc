// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "crossbar/device/realise.h"
#include "crossbar/device/table.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

ConfigOptions shipped() {
  return {{repository::configs()}, {}, true};
}

std::string refusal(std::vector<Override> overrides, const std::string& name) {
  ConfigOptions options = shipped();
  options.overrides = std::move(overrides);
  return error_text<ConfigError>([&] { load_spec<DeviceSpec>("device", name, options); });
}

TEST(Device, EveryShippedDeviceLoads) {
  for (const std::string& name : component_names("device", {repository::configs()})) {
    const DeviceSpec device = load_spec<DeviceSpec>("device", name, shipped());
    EXPECT_FALSE(device.source.empty()) << name;
    EXPECT_GT(device.range().si(), 0.0) << name;
  }
}

TEST(Device, EveryKindOfTheTableCanBeMade) {
  for (const std::string& kind : device_kinds()) EXPECT_NE(make_device(kind), nullptr) << kind;
  EXPECT_THROW(make_device("flux_capacitor"), ArgumentError);
}

TEST(Device, CopiesAreIndependent) {
  DeviceSpec a = load_spec<DeviceSpec>("device", "wan_2022", shipped());
  DeviceSpec b = a;
  dynamic_cast<TableDevice&>(*b.model).curves.clear();
  EXPECT_GT(a.model->programming_sigma(Siemens(10e-6), a).si(), 0.0);
}

// DNN+NeuroSim V1.5 (cddb7d3, inference.py) ships an off state that conducts more than its on
// state.
TEST(Device, RefusesCrossedRangesAndImpossibleShares) {
  EXPECT_THAT(refusal({{"g_max", "0.5 uS", "--set"}}, "ideal"), testing::HasSubstr("g_min"));
  EXPECT_THAT(refusal({{"stuck_low", "0.6", "--set"}, {"stuck_high", "0.6", "--set"}}, "ideal"),
              testing::HasSubstr("exceeds 1"));
  EXPECT_THAT(refusal({{"read_noise", "-1", "--set"}}, "ideal"), testing::HasSubstr("read_noise"));
}

TEST(Device, TellsTargetsOutsideTheFitFromThoseInside) {
  const DeviceSpec cell = load_spec<DeviceSpec>("device", "milo_2021", shipped());
  EXPECT_FALSE(target_violation(cell, Siemens(50e-6), Siemens(225e-6)));
  EXPECT_FALSE(target_violation(cell, Siemens(100e-6), Siemens(100e-6)));
  for (const double beyond : {0.0, 49e-6, 226e-6, 1.0}) {
    const auto violation = target_violation(cell, Siemens(beyond), Siemens(beyond));
    ASSERT_TRUE(violation) << beyond;
    EXPECT_THAT(violation->message, testing::HasSubstr("leaves the range of the measurement"));
  }
  const DeviceSpec generic = load_spec<DeviceSpec>("device", "gaussian", shipped());
  EXPECT_FALSE(target_violation(generic, Siemens(0.0), Siemens(1.0)));
}

TEST(Device, EveryFieldOfAShippedDeviceSurvivesWritingAndReading) {
  for (const std::string& name : component_names("device", {repository::configs()})) {
    const DeviceSpec device = load_spec<DeviceSpec>("device", name, shipped());
    const auto text = resolved(device, ConfigWriter::Quantities::text);
    const auto again = parse_spec<DeviceSpec>(to_yaml(text), name, shipped());
    EXPECT_EQ(resolved(again, ConfigWriter::Quantities::text), text) << name;
  }
}

TEST(Device, EveryShippedDeviceCanBeProgrammedAndRead) {
  for (const std::string& name : component_names("device", {repository::configs()})) {
    const DeviceSpec cell = load_spec<DeviceSpec>("device", name, shipped());
    std::vector<double> g{cell.g_min.si(), (cell.g_min + 0.5 * cell.range()).si(), cell.g_max.si()};
    realise(cell, {}, std::vector<char>(g.size(), 1), g);
    for (const double value : g) {
      EXPECT_TRUE(std::isfinite(value) && value >= 0.0) << name;
      EXPECT_TRUE(std::isfinite(read_sigma(cell, Siemens(value), Volts(0.1), Seconds(1e-8)).si()))
          << name;
    }
  }
}

}  // namespace
}  // namespace ohm
