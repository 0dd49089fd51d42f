// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/peak.h"

#include <gtest/gtest.h>

#include <map>

#include "crossbar/cost/macro_area.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

Peak peak_of(const std::string& name, const std::vector<Override>& overrides = {}) {
  return peak(compile_chip(shipped_chip(overrides, name)));
}

const PeakLevel& level(const Peak& peak, const std::string& name) {
  for (const PeakLevel& each : peak.levels) {
    if (each.name == name) return each;
  }
  throw std::out_of_range(name);
}

std::map<std::string, PeakPart> parts(const PeakLevel& level) {
  std::map<std::string, PeakPart> found;
  for (const PeakPart& part : level.parts) found[part.component] = part;
  return found;
}

double milliwatts(const PeakPart& part) {
  return part.power.si() * 1e3;
}
double square_mm(SquareMetres area) {
  return area.si() * 1e6;
}

// Table I of Shafiee et al., ISCA 2016
TEST(Peak, RebuildsTheLinesOfIsaacsUnit) {
  const auto ima = parts(level(peak_of("isaac_ce"), "core"));
  EXPECT_NEAR(milliwatts(ima.at("adc")), 16.0, 1e-9);
  EXPECT_NEAR(milliwatts(ima.at("dac")), 4.0, 1e-9);
  EXPECT_NEAR(milliwatts(ima.at("sample_hold")), 0.01, 1e-6);
  EXPECT_NEAR(milliwatts(ima.at("cells")), 2.4, 1e-9);
  EXPECT_NEAR(milliwatts(ima.at("shift_add")), 0.2, 1e-9);
  EXPECT_NEAR(milliwatts(ima.at("input_register")), 1.24, 1e-9);
  EXPECT_NEAR(milliwatts(ima.at("output_register")), 0.23, 1e-9);
  EXPECT_NEAR(square_mm(ima.at("adc").area), 0.0096, 1e-9);
  EXPECT_NEAR(square_mm(ima.at("dac").area), 0.00017, 1e-9);
  EXPECT_NEAR(square_mm(ima.at("cells").area), 0.0002, 1e-9);
  EXPECT_NEAR(square_mm(ima.at("shift_add").area), 0.00024, 1e-9);
}

TEST(Peak, RebuildsIsaacsTileAndChipFromTheirParts) {
  const Peak isaac = peak_of("isaac_ce");
  const PeakLevel& tile = level(isaac, "tile");
  EXPECT_NEAR(tile.power().si() * 1e3, 40.85 + 12 * 24.08, 0.01);
  EXPECT_NEAR(square_mm(tile.area()), 0.3723, 0.0002);
  const PeakLevel& chip = level(isaac, "chip");
  EXPECT_NEAR(chip.power().si(), 65.8, 0.005 * 65.8);
  EXPECT_NEAR(square_mm(chip.area()), 85.4, 0.005 * 85.4);
  EXPECT_NEAR(chip.ops_per_s / 1e12, 2016 * 16384 * 2 / 1.6e-6 / 1e12, 1e-6);
  EXPECT_NEAR(chip.ops_per_s / chip.power().si() / 1e9, 627.5, 0.005 * 627.5);
  EXPECT_NEAR(chip.weights.si() / (1 << 20) / square_mm(chip.area()), 0.74, 0.005 * 0.74);
}

TEST(Peak, EveryLevelHoldsThoseBelowAndMore) {
  const Peak generic = peak_of("rram_22nm");
  ASSERT_EQ(generic.levels.size(), 5U);
  for (size_t i = 1; i < generic.levels.size(); ++i) {
    const PeakLevel &below = generic.levels[i - 1], &above = generic.levels[i];
    const double n = above.macros / below.macros;
    EXPECT_GE(above.power().si(), n * below.power().si() * (1 - 1e-12)) << above.name;
    EXPECT_GE(above.area().si(), n * below.area().si() * (1 - 1e-12)) << above.name;
    EXPECT_DOUBLE_EQ(above.ops_per_s, n * below.ops_per_s) << above.name;
  }
  const Chip chip = compile_chip(shipped_chip());
  EXPECT_NEAR(level(generic, "chip").area() / chip.area(), 1.0, 1e-12);
  EXPECT_NEAR(level(generic, "macro").area() / macro_area_total(chip.spec.macro).area, 1.0, 1e-12);
}

TEST(Peak, MoreConverterBitsCostEnergyAreaAndMoveThePeak) {
  const Peak six = peak_of("rram_22nm", {with("macro.adc.bits", "6")});
  const Peak eight = peak_of("rram_22nm", {with("macro.adc.bits", "8")});
  for (size_t i = 0; i < six.levels.size(); ++i) {
    EXPECT_LT(six.levels[i].power(), eight.levels[i].power());
    EXPECT_LT(six.levels[i].area(), eight.levels[i].area());
  }
  EXPECT_LT(six.timing.latency, eight.timing.latency);
  const Peak isaac = peak_of("isaac_ce", {with("macro.adc.bits", "9")});
  EXPECT_LT(isaac.levels[0].ops_per_s, peak_of("isaac_ce").levels[0].ops_per_s);
}

TEST(Peak, SlowerConvertersTakeLongerAtLessPower) {
  const Peak fast = peak_of("isaac_ce");
  const Peak slow = peak_of("isaac_ce", {with("macro.adc.rate", "0.64 GHz")});
  EXPECT_NEAR(fast.levels[0].ops_per_s / slow.levels[0].ops_per_s, 2.0, 1e-9);
  EXPECT_LT(slow.levels[0].power(), fast.levels[0].power());
}

TEST(Peak, RangesHoldTheFigures) {
  for (const PeakLevel& each : peak_of("rram_22nm").levels) {
    for (const PeakPart& part : each.parts) {
      EXPECT_LE(part.power_low, part.power) << part.component;
      EXPECT_GE(part.power_high, part.power) << part.component;
      EXPECT_LE(part.area_low, part.area) << part.component;
      EXPECT_GE(part.area_high, part.area) << part.component;
      EXPECT_FALSE(part.source.empty()) << part.component;
    }
  }
}

TEST(Peak, OneConversionGivesTheBitsOfItsConverter) {
  MacroSpec macro;
  EXPECT_EQ(peak(macro).output_bits, 23);  // 8 + 8 + log2(128)
  macro.array.topology = "driven";
  macro.weight.slice_bits = {7};
  macro.input.slice_bits = 7;
  macro.input.encoding = "bipolar";
  EXPECT_EQ(peak(macro).output_bits, macro.adc.bits);
}

TEST(Peak, OfASystemIsThatOfItsChipsTheirLinksAndMemories) {
  const Peak one = peak(compile_chip(testing::shipped_chip()));
  const Chip chip = compile_chip(testing::shipped_chip(
      {testing::with("system", "[{columns: 2, rows: 2, link: link_hypertransport_isaac}]")}));
  const Peak four = peak(chip);
  ASSERT_EQ(four.levels.size(), one.levels.size());
  const PeakLevel &die = one.levels[3], &same = four.levels[3], &system = four.levels[4];
  EXPECT_EQ(same.count, 4);
  EXPECT_EQ(same.power().si(), die.power().si());
  EXPECT_EQ(system.ops_per_s, 4.0 * die.ops_per_s);
  // 4 edges, both directions at 6.4 GB/s and 50.8 pJ/bit: 2.6 W in each direction
  const double memories = 4.0 * (one.levels[4].power().si() - die.power().si());
  const double links = 4.0 * 2.0 * 6.4e9 * 8.0 * 50.8e-12;
  EXPECT_NEAR(system.power().si(), 4.0 * die.power().si() + memories + links,
              1e-9 * system.power().si());
  EXPECT_NEAR(system.area().si(), 4.0 * chip.area().si(), 1e-9 * system.area().si());
}

}  // namespace
}  // namespace ohm
