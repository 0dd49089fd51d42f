// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

TEST(MapSpec, MatchesNamesAsAStarredPattern) {
  for (const char* pattern :
       {"h.*.ffn.*", "*", "h.0.attn.qkv", "h.*", "*qkv", "*.*.*", "", "h*0*"}) {
    std::string expression;
    for (const char c : std::string(pattern)) {
      expression += c == '*' ? ".*" : c == '.' ? "\\." : std::string(1, c);
    }
    for (const char* name : {"h.0.ffn.up", "h.10.attn.qkv", "h.0.attn.qkv", "head", "", "hh00"}) {
      EXPECT_EQ(matches(pattern, name), std::regex_match(name, std::regex(expression)))
          << pattern << " " << name;
    }
  }
}

TEST(MapSpec, IsReadFromTheChip) {
  const ChipSpec chip = testing::shipped_chip(
      {testing::with("map.split", "accuracy"), testing::with("map.budget", "0.5"),
       testing::with("map.moves", "auto"),
       testing::with("map.matrices", "[{match: h.*.ffn.*}, {match: h.0.*, on: crossbar}]")});
  EXPECT_EQ(chip.map.split, "accuracy");
  EXPECT_EQ(chip.map.budget, 0.5);
  EXPECT_EQ(chip.map.moves, 0);
  ASSERT_EQ(chip.map.matrices.size(), 2u);
  EXPECT_EQ(chip.map.matrices[0].on, "digital");
  EXPECT_EQ(chip.map.matrices[1].match, "h.0.*");
}

TEST(MapSpec, ARuleThatNamesTheChipsMacroOrOneCopyMeansCrossbars) {
  const ChipSpec chip = testing::shipped_chip({testing::with(
      "map.matrices", "[{match: h.*, macro: chip}, {match: h.0.*, redundancy: 1}, {match: x}]")});
  EXPECT_EQ(chip.map.matrices[0].on, "crossbar");
  EXPECT_EQ(chip.map.matrices[1].on, "crossbar");
  EXPECT_EQ(chip.map.matrices[2].on, "digital");
  for (const MatrixRule& rule : chip.map.matrices) {
    EXPECT_EQ(rule.macro, "chip");
    EXPECT_EQ(rule.redundancy, 1);
  }
}

TEST(MapSpec, RefusesWhatNoMacroOfTheChipCanDo) {
  const auto message = [](const std::string& key, const std::string& value) -> std::string {
    try {
      testing::shipped_chip({testing::with(key, value)});
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message("map.matrices", "[{match: h.*, macro: isaac}]"), HasSubstr("chip"));
  EXPECT_THAT(message("map.matrices", "[{match: h.*, bits: 4}]"), HasSubstr("bits"));
  EXPECT_THAT(message("map.budget", "0"), HasSubstr("map.budget"));
  EXPECT_THAT(message("map.placement", "annealed"), HasSubstr("anneal"));
}

}  // namespace
}  // namespace ohm
