// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/macro_kind_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;
using testing::shipped_chip;
using testing::with;

const char* const kMacros =
    "[{name: slc, macro: {weight: {slice_bits: [1, 1, 1, 1, 1, 1, 1]}}, tiles: 4}, "
    "{name: exact, macro: digital_mac_22nm, macros_per_tile: 8}, "
    "{name: other, macro: {device: ideal}}]";

TEST(MacroKindSpec, AVariationChangesOnlyWhatItNames) {
  const ChipSpec chip = shipped_chip({with("macros", kMacros), with("macro.adc.bits", "7")});
  ASSERT_EQ(chip.n_kinds(), 4);
  const MacroSpec& slc = chip.macro_of(1);
  EXPECT_EQ(slc.weight.slice_bits, std::vector<Index>(7, 1));
  EXPECT_EQ(slc.weight.bits, chip.macro.weight.bits);
  EXPECT_EQ(slc.adc.bits, 7);
  EXPECT_EQ(slc.adc.range, "learned");  // the chip's own override
  EXPECT_EQ(slc.device.kind, "table");
  EXPECT_EQ(chip.macros[0].tiles, 4);
  EXPECT_EQ(chip.macros[0].macros_per_tile, MacroKindSpec::kAuto);
}

TEST(MacroKindSpec, AMacroByNameIsThatMacro) {
  const ChipSpec chip = shipped_chip({with("macros", kMacros), with("macro.adc.bits", "7")});
  const auto own = load_spec<MacroSpec>("macro", "digital_mac_22nm", {{repository::configs()}, {}});
  EXPECT_EQ(resolved(chip.macro_of(2), ConfigWriter::Quantities::si),
            resolved(own, ConfigWriter::Quantities::si));
  EXPECT_EQ(chip.macros[1].macros_per_tile, 8);
}

TEST(MacroKindSpec, AnotherDeviceBeginsAtItsOwnDefaults) {
  const ChipSpec chip = shipped_chip({with("macros", kMacros)});
  const DeviceSpec& cell = chip.macro_of(3).device;
  EXPECT_EQ(cell.name, "ideal");
  EXPECT_EQ(cell.kind, "ideal");
  EXPECT_EQ(cell.read_noise, 0.0);
  EXPECT_EQ(chip.macro_of(3).weight.slice_bits, chip.macro.weight.slice_bits);
}

TEST(MacroKindSpec, IsReachedByOverridesOfItsOwn) {
  const ChipSpec chip =
      shipped_chip({with("macros[0].macro.adc.bits", "5"), with("macros", kMacros)});
  EXPECT_EQ(chip.macro_of(1).adc.bits, 5);
  EXPECT_NE(chip.macro.adc.bits, 5);
}

TEST(MacroKindSpec, TheResolvedChipReadsBackToItself) {
  const ChipSpec chip = shipped_chip({with("macros", kMacros)});
  const std::string text = to_yaml(resolved(chip, ConfigWriter::Quantities::text));
  const auto again = parse_spec<ChipSpec>(text, "again", {{repository::configs()}, {}});
  EXPECT_EQ(to_yaml(resolved(again, ConfigWriter::Quantities::text)), text);
}

std::string refusal(const std::string& key, const std::string& value) {
  return error_text<ConfigError>([&] { shipped_chip({with(key, value)}); });
}

TEST(MacroKindSpec, SaysWhereAKindIsWrong) {
  EXPECT_THAT(
      refusal("macros", "[{name: slc, macro: {weight: {slice_bit: [1]}}}]"),
      HasSubstr("macros[0].macro.weight.slice_bit: unknown key; did you mean 'slice_bits'"));
  EXPECT_THAT(refusal("macros", "[{macro: rram_128}]"), HasSubstr("macros[0].name: missing"));
  EXPECT_THAT(refusal("macros", "[{name: a, macro: rram_129}]"), HasSubstr("rram_128"));
  EXPECT_THAT(refusal("macros", "[{name: a}, {name: a}]"), HasSubstr("'a' twice"));
  EXPECT_THAT(refusal("macros", "[{name: chip}]"), HasSubstr("other than chip"));
  EXPECT_THAT(refusal("macros", "[{name: a, tiles: 677}]"),
              HasSubstr("677 tiles of further kinds on a chip of 676"));
  EXPECT_THAT(refusal("map.matrices", "[{match: h.*, macro: sls}]"),
              HasSubstr("macro 'sls' is none of the chip's; expected one of: chip"));
}

}  // namespace
}  // namespace ohm
