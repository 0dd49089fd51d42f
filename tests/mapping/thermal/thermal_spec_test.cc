// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/thermal_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

struct Named : ThermalSpec {
  std::string name;
};

ThermalSpec read(const std::string& yaml) {
  return parse_spec<Named>(yaml, "test.yaml", {});
}

TEST(ThermalSpec, IsOffUnlessGiven) {
  EXPECT_FALSE(shipped_chip().thermal.given());
  EXPECT_TRUE(shipped_chip({with("thermal.kind", "network")}).thermal.given());
}

TEST(ThermalSpec, ReadsItsUnits) {
  const ThermalSpec spec = read(R"(kind: network
ambient: 300 K
resistance: 2.5 K/W
layers:
  - {name: die, thickness: 50 um, conductivity: 148 W/m/K, interface: 10 K*mm2/W, power: 0.25}
  - {name: base, thickness: 775 um, heat_capacity: 1.66 MJ/m3/K, power: 0.75}
)");
  EXPECT_EQ(spec.resistance.si(), 2.5);
  ASSERT_EQ(spec.layers.size(), 2u);
  EXPECT_DOUBLE_EQ(spec.layers[0].interface.si(), 1e-5);
  EXPECT_DOUBLE_EQ(spec.layers[1].heat_capacity.si(), 1.66e6);
}

TEST(ThermalSpec, IsWrittenAsItIsRead) {
  ThermalSpec spec = read("kind: network\nresistance: 1.7 K/W\n");
  spec.layers = spec.stack();
  EXPECT_EQ(read(to_yaml(resolved(spec, ConfigWriter::Quantities::text))), spec);
}

TEST(ThermalSpec, TakesOneDieWhereNoLayersAreGiven) {
  const auto stack = ThermalSpec{}.stack();
  ASSERT_EQ(stack.size(), 1u);
  EXPECT_EQ(stack[0].power, 1.0);
}

void expect_refused(const std::string& yaml, const std::string& why) {
  EXPECT_THAT(error_text<ConfigError>([&] { read(yaml); }), ::testing::HasSubstr(why)) << yaml;
}

TEST(ThermalSpec, RefusesNonsense) {
  expect_refused("kind: network\nresistance: 0 K/W\n", "resistance");
  expect_refused("kind: network\nresistance: 0.3\n", "no unit");
  expect_refused("kind: network\nambient: -1 K\n", "ambient");
  expect_refused("kind: network\nleakage_doubling: 0 K\n", "leakage_doubling");
  expect_refused("kind: network\nambient: 400 K\nlimit: 400 K\n", "more than the ambient");
  expect_refused("kind: network\nlayers: [{name: die, power: 0.5}]\n", "add up to 0.5");
  expect_refused("kind: network\nlayers: [{name: die, power: 1, thickness: 0 mm}]\n", "thickness");
  expect_refused("ambient: 330 K\n", "kind: network");
}

}  // namespace
}  // namespace ohm
