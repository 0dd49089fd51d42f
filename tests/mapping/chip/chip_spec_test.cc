// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip_spec.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "crossbar/technology.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

std::string message_for(const std::string& key, const std::string& value) {
  return error_text<ConfigError>([&] { testing::shipped_chip({testing::with(key, value)}); });
}

TEST(ChipSpec, ReadsTheShippedChipWithItsComponents) {
  const ChipSpec chip = testing::shipped_chip();
  EXPECT_EQ(chip.name, "rram_22nm");
  EXPECT_EQ(chip.macro.name, "rram_128");
  EXPECT_EQ(chip.digital.name, "digital_22nm");
  EXPECT_EQ(chip.n_tiles(), 676);
  EXPECT_DOUBLE_EQ(chip.buffer.energy.si(), 0.0799e-12 * 8.0);
  EXPECT_NEAR(chip.noc.link_energy.si(), 80e-12 * 8.0, 1e-20);
  EXPECT_DOUBLE_EQ(chip.reticle.si(), 858e-6);
}

TEST(ChipSpec, DigitalEnergiesAreTheirOperationsScaledToTheNode) {
  const double scale = energy_scale({Metres(45e-9), Volts(0.9), Process::high_performance},
                                    {Metres(22e-9), Volts(0.85), Process::high_performance});
  const DigitalSpec unit = testing::shipped_chip().digital;
  const double add = 0.4e-12 * scale, multiply = 1.1e-12 * scale;  // fp16, Horowitz 2014
  EXPECT_NEAR(unit.softmax.energy.si(), 2 * multiply + 3 * add, 0.01e-12);
  EXPECT_NEAR(unit.norm.energy.si(), 3 * multiply + 4 * add, 0.01e-12);
  EXPECT_NEAR(unit.activation.energy.si(), 2 * multiply + 2 * add, 0.01e-12);
  EXPECT_NEAR(unit.residual.energy.si(), add, 0.01e-12);
  EXPECT_NEAR(unit.attention_mac_energy.si(), 0.3e-12 * scale, 0.001e-12);
}

TEST(ChipSpec, ReachesTheMacroThroughOverrides) {
  EXPECT_EQ(testing::shipped_chip({testing::with("macro.adc.bits", "6")}).macro.adc.bits, 6);
}

TEST(ChipSpec, SurvivesWritingAndReadingBack) {
  const ChipSpec chip = testing::shipped_chip();
  const std::string text = to_yaml(resolved(chip, ConfigWriter::Quantities::text));
  const auto again = parse_spec<ChipSpec>(text, "resolved", {{repository::configs()}, {}});
  EXPECT_EQ(resolved(again, ConfigWriter::Quantities::si)["noc"],
            resolved(chip, ConfigWriter::Quantities::si)["noc"]);
  EXPECT_EQ(again.n_tiles(), chip.n_tiles());
}

TEST(ChipSpec, RefusesWhatNoChipCanBe) {
  EXPECT_THAT(message_for("mesh.columns", "0"), HasSubstr("mesh.columns"));
  EXPECT_THAT(message_for("macros_per_tile", "-3"), HasSubstr("macros_per_tile"));
  EXPECT_THAT(message_for("buffer.bandwidth", "0 GB/s"), HasSubstr("buffer.bandwidth"));
  EXPECT_THAT(message_for("digital.clock", "1 ns"), HasSubstr("digital.clock"));
  EXPECT_THAT(message_for("buffer.kv_share", "1.5"), HasSubstr("buffer.kv_share"));
  EXPECT_THAT(message_for("head", "crosbar"), HasSubstr("crossbar"));
  EXPECT_THAT(message_for("noc.flit_bit", "64"), HasSubstr("did you mean"));
}

TEST(ChipSpec, RefusesDramBesideChipsThatAreNotThere) {
  EXPECT_THAT(message_for("dram_at", "[1]"), HasSubstr("expected chips 0 to 0"));
  EXPECT_THAT(message_for("dram_at", "[0, 0]"), HasSubstr("chip 0 twice"));
  EXPECT_THAT(message_for("dram_at", "[-1]"), HasSubstr("dram_at"));
  const auto four = [](const std::string& at) {
    return testing::shipped_chip(
        {testing::with("system", "[{columns: 2, rows: 2, link: link_ucie_standard}]"),
         testing::with("dram_at", at)});
  };
  EXPECT_EQ(four("[0, 3]").dram_at, (std::vector<Index>{0, 3}));
  EXPECT_THROW(four("[4]"), ConfigError);
}

/// Nothing is larger than a system that grows, so that no other choice would have an effect.
TEST(ChipSpec, ASystemThatGrowsHasNoLargerNetworks) {
  const auto chip = [](const std::string& larger, const std::string& size) {
    return testing::shipped_chip(
        {testing::with("system", "[{" + size + "link: link_ucie_standard}]"),
         testing::with("larger", larger)});
  };
  for (const std::string larger : {"reprogram", "refuse", "auto"}) {
    for (const std::string size : {"", "columns: 2, ", "rows: 2, "}) {
      const std::string text = error_text<ConfigError>([&] { chip(larger, size); });
      EXPECT_THAT(text, HasSubstr("larger: " + larger + " beside a system")) << size;
    }
    EXPECT_EQ(chip(larger, "columns: 2, rows: 2, ").larger, larger);
  }
  EXPECT_EQ(chip("chips", "").larger, "chips");
}

TEST(ChipSpec, RefusesRatesAndMeshesThatNoScheduleCanHold) {
  EXPECT_THAT(message_for("buffer.bandwidth", "1 B/s"), HasSubstr("buffer.bandwidth"));
  EXPECT_THAT(message_for("dram.bandwidth", "1 B/s"), HasSubstr("dram.bandwidth"));
  EXPECT_THAT(message_for("noc.clock", "1 Hz"), HasSubstr("noc.clock"));
  EXPECT_THAT(message_for("mesh.columns", "4096"), HasSubstr("65536"));
}

/// A query is no narrower than the products of the digital unit.
TEST(ChipSpec, TakesNarrowKeysAndValuesBesideQueriesOfEightBits) {
  for (const Index bits : {2, 3, 4, 6, 8, 12, 16}) {
    const ChipSpec chip = testing::shipped_chip({testing::with("kv_bits", std::to_string(bits))});
    EXPECT_EQ(chip.kv_bits, bits);
    EXPECT_EQ(chip.query_bits(), bits > 8 ? bits : 8);
  }
  for (const char* bits : {"1", "17"}) {
    EXPECT_THAT(
        message_for("kv_bits", bits),
        HasSubstr(fmt::format("kv_bits: '{}' found; expected a whole number from 2 to 16", bits)));
  }
}

TEST(ChipSpec, ReadsThePartsOfCoresTilesAndChip) {
  const ChipSpec isaac = testing::shipped_chip({}, "isaac_ce");
  EXPECT_EQ(isaac.core.macros, 8);
  EXPECT_EQ(isaac.cores_per_tile(), 12);
  EXPECT_EQ(isaac.core.parts.size(), 2U);
  EXPECT_EQ(isaac.tile.parts.size(), 5U);
  EXPECT_EQ(isaac.parts.front().count, 4.0);
}

TEST(ChipSpec, RefusesEnergiesPerActionOutsideMacrosAndCoresThatDoNotFillATile) {
  EXPECT_THAT(message_for("parts", "[{name: link, energy: 1 pJ, source: x}]"),
              HasSubstr("only macros count"));
  EXPECT_THAT(message_for("core", "{macros: 7}"), HasSubstr("multiple of core.macros"));
}

}  // namespace
}  // namespace ohm
