// SPDX-License-Identifier: Apache-2.0
#include "crossbar/periphery_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using testing::HasSubstr;

PeripherySpec parse(const std::string& text) {
  return parse_spec<PeripherySpec>(text, "p.yaml", {});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { parse(text); });
}

std::string shown(const PeripherySpec& spec) {
  return to_yaml(resolved(spec, ConfigWriter::Quantities::text));
}

void expect_same(const Json& a, const Json& b, const std::string& path) {
  if (a.is_number() && b.is_number()) {
    // "22 nm" is read as 22 · 1e-9, which differs from 22e-9 in the last bit
    EXPECT_NEAR(a.get<double>(), b.get<double>(), 1e-14 * std::abs(b.get<double>())) << path;
  } else if (a.is_structured() && a.size() == b.size()) {
    const Json flat_a = a.flatten(), flat_b = b.flatten();
    ASSERT_EQ(flat_a.size(), flat_b.size()) << path;
    for (const auto& [key, entry] : flat_a.items()) expect_same(entry, flat_b.at(key), key);
  } else {
    EXPECT_EQ(a, b) << path;
  }
}

TEST(PeripherySpec, ShippedDefaultFileSpellsOutTheDefaultsOfTheCode) {
  const auto shipped =
      load_spec<PeripherySpec>("component", "periphery_22nm", {{repository::configs()}, {}});
  expect_same(resolved(shipped, ConfigWriter::Quantities::si),
              resolved(PeripherySpec(), ConfigWriter::Quantities::si), "");
}

TEST(PeripherySpec, ShippedIsaacFileLoads) {
  const auto isaac =
      load_spec<PeripherySpec>("component", "periphery_isaac_32nm", {{repository::configs()}, {}});
  EXPECT_EQ(isaac.node, Metres(32e-9));
  EXPECT_EQ(isaac.shift_add.size(), 1U);
}

TEST(PeripherySpec, ResolvedConfigurationReadsBackTheSame) {
  const PeripherySpec spec;
  EXPECT_EQ(shown(parse(shown(spec))), shown(spec));
}

TEST(PeripherySpec, AStatedListReplacesTheDefaultList) {
  const PeripherySpec spec =
      parse("shift_add: [{energy: 1 pJ, area: 2 um2, node: 22 nm, vdd: 0.85 V, source: measured}]");
  ASSERT_EQ(spec.shift_add.size(), 1U);
  EXPECT_EQ(spec.shift_add[0].source, "measured");
  EXPECT_EQ(spec.dac.size(), 1U);
}

TEST(PeripherySpec, RefusesAFigureWithoutItsNodeOrSource) {
  EXPECT_THAT(refusal("dac: [{energy: 1 pJ, area: 0 m2, vdd: 0.9 V, source: x}]"),
              HasSubstr("dac[0].node: missing"));
  EXPECT_THAT(refusal("dac: [{energy: 1 pJ, area: 0 m2, node: 32 nm, vdd: 0.9 V}]"),
              HasSubstr("dac[0].source: missing"));
}

TEST(PeripherySpec, FiguresOfTheSameTechnologyNeedNoScaling) {
  std::string text = "node: 130 nm\nvdd: 1.8 V\n";  // beyond the fits
  for (const char* part : {"wordline_driver", "dac", "mux", "shift_add", "offset_correction",
                           "scale", "input_register", "output_register"}) {
    text += part;
    text += ": [{energy: 1 pJ, area: 0 m2, node: 130 nm, vdd: 1.8 V, source: x}]\n";
  }
  EXPECT_FALSE(parse(text).scales_figures());
  EXPECT_THAT(refusal(text + "integrator: [{energy: 1 pJ, area: 0 m2, node: 90 nm, vdd: 1.2 V, "
                             "source: x}]"),
              HasSubstr("a supply of 1.8 V at 130 nm"));
  EXPECT_TRUE(PeripherySpec{}.scales_figures());
}

TEST(PeripherySpec, RefusesSuppliesAndNodesThatCannotBeScaled) {
  EXPECT_THAT(refusal("vdd: 3.3 V"), HasSubstr("a supply of 3.3 V at 22 nm"));
  EXPECT_THAT(refusal("node: 3 nm"), HasSubstr("a node of 3 nm"));
  EXPECT_THAT(refusal("dac: [{energy: 1 pJ, area: 0 m2, node: 32 nm, vdd: 9 V, source: x}]"),
              HasSubstr("dac[0].vdd: a supply of 9 V"));
  EXPECT_THAT(refusal("c_wire: -1 fF/um"), HasSubstr("c_wire"));
  EXPECT_THAT(refusal("read_supply: battery"), HasSubstr("ideal, regulator"));
}

}  // namespace
}  // namespace ohm
