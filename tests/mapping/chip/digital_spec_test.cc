// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/digital_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

DigitalSpec shipped(const std::vector<Override>& overrides = {}) {
  return load_spec<DigitalSpec>("component", "digital_22nm", {{repository::configs()}, overrides});
}

const char* const kStated =
    "lanes: 4\nclock: 1 GHz\nattention_macs: 4\nattention_mac_energy: 1 pJ\narea: 1 mm2\n"
    "norm: {energy: 2 pJ}\nactivation: {energy: 1 pJ}\nresidual: {energy: 1 pJ}\n"
    "quantise: {energy: 1 pJ}\ndequantise: {energy: 1 pJ}\naccumulate: {energy: 1 pJ}\n";

DigitalSpec parsed(const std::string& text) {
  return parse_spec<DigitalSpec>(kStated + text, "digital.yaml", {});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { parsed(text); });
}

TEST(DigitalSpec, EnergiesAreOperationsTimesFiguresScaledToTheNode) {
  const DigitalSpec unit = shipped();
  const double scale =
      energy_scale({Metres(45e-9), Volts(0.9), Process::high_performance}, unit.technology());
  EXPECT_NEAR(scale, 0.2984, 1e-4);
  EXPECT_NEAR(unit.softmax.energy.si(), (2 * 1.1e-12 + 3 * 0.4e-12) * scale, 1e-20);
  EXPECT_NEAR(unit.norm.energy.si(), (3 * 1.1e-12 + 4 * 0.4e-12) * scale, 1e-20);
  EXPECT_NEAR(unit.residual.energy.si(), 0.4e-12 * scale, 1e-20);
  EXPECT_NEAR(unit.rope.energy.si(), 2.6e-12 * scale, 1e-20);
  EXPECT_NEAR(unit.attention_mac_energy.si(), 0.3e-12 * scale, 1e-20);
}

TEST(DigitalSpec, SourcesThatDisagreeAreARange) {
  const DigitalSpec unit = shipped();
  EXPECT_EQ(unit.accumulate.energy_low, unit.accumulate.energy);
  EXPECT_GT(unit.accumulate.energy_high, unit.accumulate.energy);
  EXPECT_GT(unit.attention_mac_high, unit.attention_mac_energy);
  const Cost cost = element_cost(10, unit.accumulate, unit);
  EXPECT_DOUBLE_EQ(cost.energy_high.si(), 10 * unit.accumulate.energy_high.si());
  EXPECT_THAT(cost.source, HasSubstr("scaled 45 nm 0.90 V -> 22 nm 0.85 V"));
  EXPECT_DOUBLE_EQ(mac_cost(3, unit).energy.si(), 3 * unit.attention_mac_energy.si());
}

TEST(DigitalSpec, AreaIsThatOfItsUnits) {
  const DigitalSpec unit = shipped();
  const double scale = area_scale(Metres(45e-9), Metres(22e-9));
  EXPECT_NEAR(unit.area.si(), 64 * (1640 + 2 * 1360 + 282 + 137) * 1e-12 * scale, 1e-15);
  EXPECT_DOUBLE_EQ(shipped({{"lanes", "128", "test"}, {"attention_macs", "128", "test"}}).area.si(),
                   2 * unit.area.si());
}

TEST(DigitalSpec, ClockAndControlComeOnTop) {
  const DigitalSpec with = shipped({{"control_energy", "0.2", "test"}});
  EXPECT_NEAR(with.norm.energy / shipped().norm.energy, 1.2, 1e-12);
  EXPECT_NEAR(with.attention_mac_energy / shipped().attention_mac_energy, 1.2, 1e-12);
}

TEST(DigitalSpec, FollowsTheNode) {
  const DigitalSpec small = shipped({{"node", "7 nm", "test"}, {"vdd", "0.7 V", "test"}});
  EXPECT_LT(small.norm.energy, shipped().norm.energy);
  EXPECT_LT(small.area, shipped().area);
}

TEST(DigitalSpec, StatedEnergiesStandAsTheyAre) {
  const DigitalSpec unit = parsed("source: a paper\nsoftmax: {energy: 3 pJ, cycles: 2}\n");
  EXPECT_DOUBLE_EQ(unit.softmax.energy.si(), 3e-12);
  EXPECT_EQ(unit.softmax.energy_high, unit.softmax.energy);
  EXPECT_EQ(unit.area, SquareMetres(1e-6));
  EXPECT_EQ(element_cost(1, unit.softmax, unit).source, "a paper");
}

TEST(DigitalSpec, EveryActivationFindsItsElement) {
  DigitalSpec unit = shipped();
  EXPECT_EQ(&activation_element(unit, "silu"), &unit.silu);
  EXPECT_EQ(&activation_element(unit, "gelu"), &unit.activation);
  EXPECT_EQ(&activation_element(unit, "relu"), &unit.activation);
  unit.gelu.counts.adds = 1;
  EXPECT_EQ(&activation_element(unit, "gelu_tanh"), &unit.gelu);
}

TEST(DigitalSpec, RefusesOperationsWithoutAFigureAndEnergiesBesideCounts) {
  EXPECT_THAT(refusal("softmax: {adds: 1}\n"), HasSubstr("no published figure; add add:"));
  EXPECT_THAT(refusal("softmax: {adds: 1, energy: 1 pJ}\n"), HasSubstr("energy"));
  EXPECT_THAT(refusal("softmax: {cycles: 2}\n"), HasSubstr("energy"));
  EXPECT_THAT(refusal("softmax: {energy: 1 pJ}\nvdd: 3 V\n"), HasSubstr("vdd"));
}

TEST(DigitalSpec, RefusesAnAreaOfWhichOnlyPartIsCounted) {
  const auto without = [](const char* key) {
    try {
      shipped({{key, "{multiplies: 0, adds: 0, int_multiplies: 0, int_adds: 0}", "test"},
               {"attention_mac_energy", "1 pJ", "test"}});
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(without("attention_mac"), HasSubstr("expected both, or neither and an area"));
}

TEST(DigitalSpec, RefusesANodeWithoutScalingFactors) {
  EXPECT_THROW(shipped({{"node", "3 nm", "test"}}), ConfigError);
}

TEST(DigitalSpec, SurvivesWritingAndReadingBack) {
  const std::string text = to_yaml(resolved(shipped(), ConfigWriter::Quantities::text));
  const auto again = parse_spec<DigitalSpec>(text, "resolved", {});
  EXPECT_EQ(again.norm.energy, shipped().norm.energy);
  EXPECT_EQ(again.area, shipped().area);
}

}  // namespace
}  // namespace ohm
