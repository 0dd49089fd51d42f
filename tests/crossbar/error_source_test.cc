// SPDX-License-Identifier: Apache-2.0
#include "crossbar/error_source.h"

#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/repository.h"

namespace ohm {
namespace {

MacroSpec shipped() {
  return load_spec<MacroSpec>("macro", "rram_128", {{repository::configs()}, {}, true});
}

TEST(ErrorSource, NoneLeavesAnIdealMacro) {
  const MacroSpec spec = with_only(shipped(), "none");
  EXPECT_EQ(spec.device.kind, "ideal");
  EXPECT_EQ(spec.device.read_noise, 0.0);
  EXPECT_EQ(spec.adc.kind, "ideal");
}

/// Which imperfections a macro has.
std::vector<std::string> imperfections(const MacroSpec& spec) {
  std::vector<std::string> found;
  const DeviceSpec& device = spec.device;
  if (device.model->programming_sigma(device.g_max, device).si() > 0.0) {
    found.emplace_back("programming");
  }
  if (spec.device.stuck_low + spec.device.stuck_high > 0.0) found.emplace_back("stuck_cells");
  if (spec.device.read_noise > 0.0) found.emplace_back("read_noise");
  const AdcSpec& adc = spec.adc;
  if (adc.kind != "ideal" || adc.noise + adc.offset + adc.gain_error > 0.0)
    found.emplace_back("adc");
  if (spec.array.ir_drop == "gain") found.emplace_back("wires");
  return found;
}

TEST(ErrorSource, EachSourceKeepsItsOwnImperfectionOnly) {
  MacroSpec spec = shipped();
  spec.device.stuck_low = spec.device.stuck_high = 0.01;
  spec.adc.noise = spec.adc.offset = 0.5;
  spec.adc.gain_error = 0.01;
  spec.array.ir_drop = "gain";
  EXPECT_EQ(imperfections(with_only(spec, "all")).size(), 5U);
  EXPECT_TRUE(imperfections(with_only(spec, "none")).empty());
  for (const char* source : {"programming", "stuck_cells", "read_noise", "adc", "wires"}) {
    EXPECT_EQ(imperfections(with_only(spec, source)), std::vector<std::string>{source}) << source;
  }
}

TEST(ErrorSource, UnknownSourcesAreRefused) {
  EXPECT_THROW(with_only(shipped(), "gremlins"), ArgumentError);
}

TEST(ErrorSource, NoiseOfTheKindCountsAsReadNoise) {
  MacroSpec spec = shipped();
  spec.device =
      load_spec<DeviceSpec>("device", "cmo_hfox_2pct", {{repository::configs()}, {}, true});
  const auto noise = [&](const char* source) {
    const DeviceSpec left = with_only(spec, source).device;
    return left.model->flicker_noise(left.g_max, left).si();
  };
  const auto error = [&](const char* source) {
    const DeviceSpec left = with_only(spec, source).device;
    return left.model->programming_sigma(left.g_max, left).si();
  };
  EXPECT_GT(noise("all"), 0.0);
  EXPECT_EQ(noise("read_noise"), noise("all"));
  EXPECT_EQ(noise("programming"), 0.0);
  EXPECT_EQ(error("programming"), error("all"));
  EXPECT_EQ(error("read_noise") + error("none") + noise("none") + noise("wires"), 0.0);
}

}  // namespace
}  // namespace ohm
