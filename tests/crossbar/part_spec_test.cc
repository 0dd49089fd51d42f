// SPDX-License-Identifier: Apache-2.0
#include "crossbar/part_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

PartSpec parse(const std::string& text) {
  return parse_spec<PartSpec>(text, "test", {{repository::configs()}, {}});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { parse(text); });
}

TEST(PartSpec, ReadsALineOfATable) {
  const PartSpec part = parse("{name: bus, power: 7 mW, area: 0.09 mm2, source: Table I}");
  EXPECT_EQ(part.name, "bus");
  EXPECT_DOUBLE_EQ(part.power.si(), 7e-3);
  EXPECT_DOUBLE_EQ(part.area.si(), 0.09e-6);
  EXPECT_EQ(part.count, 1.0);
}

TEST(PartSpec, RefusesALineWithoutNameOrSourceAndAnUnknownAction) {
  EXPECT_THAT(refusal("{power: 7 mW, source: x}"), HasSubstr("name: missing"));
  EXPECT_THAT(refusal("{name: bus, power: 7 mW}"), HasSubstr("source: missing"));
  EXPECT_THAT(refusal("{name: bus, per: token, source: x}"), HasSubstr("row_drive"));
  EXPECT_THAT(refusal("{name: bus, count: 0, source: x}"), HasSubstr("count"));
  EXPECT_THAT(refusal("{name: bus, power: -1 mW, source: x}"), HasSubstr("power"));
}

TEST(PartSpec, StaysAsPublishedUnlessItSaysThatItScales) {
  const Technology target{Metres(22e-9), Volts(0.85)};
  PartSpec part = parse("{name: adder, energy: 1 pJ, power: 2 mW, area: 5 um2, source: x}");
  EXPECT_EQ(scaled_part(part, target).energy, part.energy);
  part.scaling = "logic";
  part.node = Metres(45e-9);
  const double energy = energy_scale({part.node, part.vdd}, target);
  const PartSpec scaled = scaled_part(part, target);
  EXPECT_DOUBLE_EQ(scaled.energy / part.energy, energy);
  EXPECT_DOUBLE_EQ(scaled.power / part.power, energy);
  EXPECT_DOUBLE_EQ(scaled.area / part.area, area_scale(part.node, target.node));
  EXPECT_THAT(scaled.source, HasSubstr("scaled 45 nm 0.90 V -> 22 nm 0.85 V"));
}

TEST(PartSpec, RefusesToScaleFromASupplyOutsideItsNode) {
  EXPECT_THAT(refusal("{name: a, scaling: logic, node: 45 nm, vdd: 3 V, source: x}"),
              HasSubstr("vdd"));
}

}  // namespace
}  // namespace ohm
