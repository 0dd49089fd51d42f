// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(MapNetwork, PutsGpt2SmallWithItsHeadOnTheShippedChip) {
  const Mapping m =
      map_network(build_network(testing::shipped_network("gpt2-small")), testing::shipped_chip());
  EXPECT_EQ(m.verification.blocks, 60324);
  EXPECT_EQ(m.placement.tiles_used, 629);
  EXPECT_EQ(m.verification.weights, 84934656 + 768 * 50257);
  EXPECT_GE(m.traffic.link_bytes, m.traffic.lower_bound);
  EXPECT_LT(m.traffic.gap(), 2.0);
}

TEST(MapNetwork, SaysHowManyTilesAreMissing) {
  try {
    map_network(build_network(testing::shipped_network("gpt2-xl")), testing::shipped_chip());
    FAIL() << "gpt2-xl does not fit";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("network gpt2-xl needs 8126 tiles, chip "
                                                   "rram_22nm has 676"));
  }
}

TEST(MapNetwork, FitsToTheLastTileAndNotOneFurther) {
  const Network network = build_network(testing::tiny_gpt());
  const auto chip = [](const std::string& macros) {
    return testing::shipped_chip({testing::with("mesh.columns", "1"),
                                  testing::with("mesh.rows", "1"),
                                  testing::with("macros_per_tile", macros)});
  };
  const Index blocks = std::ssize(map_network(network, chip("96")).partition.blocks);
  EXPECT_NO_THROW(map_network(network, chip(std::to_string(blocks))));
  EXPECT_THROW(map_network(network, chip(std::to_string(blocks - 1))), ConfigError);
}

TEST(MapNetwork, LeavesADigitalHeadOutOfTheCrossbars) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()),
                                testing::shipped_chip({testing::with("head", "digital")}));
  EXPECT_EQ(m.partition.size(std::ssize(m.network.matmuls) - 1), 0);
  EXPECT_EQ(m.verification.weights, 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128));
}

TEST(MapNetwork, HoldsEveryFamilyOfShapes) {
  for (const TransformerSpec& spec :
       {testing::tiny_mixtral(), testing::tiny_deepseek(), testing::tiny_t5()}) {
    const Mapping mapping = map_network(build_network(spec), testing::shipped_chip());
    EXPECT_EQ(mapping.verification.blocks, std::ssize(mapping.partition.blocks)) << spec.name;
  }
}

TEST(MapNetwork, AdvisesADigitalHeadOnlyWhereThatHelps) {
  const auto message = [](const TransformerSpec& spec, const std::string& head) -> std::string {
    return error_text<ConfigError>([&] {
      map_network(build_network(spec),
                  testing::shipped_chip(
                      {testing::with("macros_per_tile", "1"), testing::with("mesh.columns", "1"),
                       testing::with("mesh.rows", "1"), testing::with("head", head)}));
    });
  };
  using ::testing::HasSubstr;
  using ::testing::Not;
  EXPECT_THAT(message(testing::tiny_gpt(), "crossbar"), HasSubstr("keep the head digital"));
  EXPECT_THAT(message(testing::tiny_gpt(), "digital"), Not(HasSubstr("head")));
  EXPECT_THAT(message(testing::tiny_bert(), "crossbar"), Not(HasSubstr("head")));
}

/// 40 tiles of one macro each, along the snake.
ChipSpec small_chip(const std::string& columns, const std::string& system) {
  return testing::shipped_chip(
      {testing::with("mesh.columns", columns), testing::with("mesh.rows", "1"),
       testing::with("macros_per_tile", "1"), testing::with("map.placement", "snake"),
       testing::with("system", system)});
}

TEST(MapNetwork, TakesAsManyChipsAsTheNetworkNeeds) {
  const Network network = build_network(testing::tiny_gpt());
  const auto chips = [&](const std::string& columns) {
    return map_network(network, small_chip(columns, "[{link: link_ucie_standard}]"))
        .chip.mesh.n_chips();
  };
  EXPECT_EQ(chips("40"), 1);
  EXPECT_EQ(chips("20"), 2);
  EXPECT_EQ(chips("17"), 3);  // 2.35
  EXPECT_EQ(chips("13"), 4);  // 3.08
}

TEST(MapNetwork, FillsChipAfterChip) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()),
                                small_chip("5", "[{link: link_ucie_standard}]"));
  EXPECT_EQ(m.chip.mesh.n_chips(), 8);
  Index before = 0, changes = 0;
  for (const Slot& slot : m.placement.slots) {
    const Index chip = m.chip.mesh.chip_of(slot.tile);
    if (chip != before) ++changes;
    before = chip;
  }
  EXPECT_EQ(changes, 7);
  EXPECT_EQ(m.verification.blocks, 40);
}

TEST(MapNetwork, SaysHowToTakeMoreChips) {
  const Network network = build_network(testing::tiny_gpt());
  const auto message = [&](const std::string& system) -> std::string {
    try {
      map_network(network, small_chip("17", system));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message("[]"), ::testing::HasSubstr("system: [{link: link_ucie_standard}]"));
  EXPECT_THAT(message("[{columns: 2, rows: 1, link: link_ucie_standard}]"),
              ::testing::HasSubstr("has 17 on each of 2 chips"));
  EXPECT_EQ(message("[{columns: 3, rows: 1, link: link_ucie_standard}]"), "");
}

TEST(MapNetwork, GrowsWithPackingAndCopiesTogether) {
  const Mapping m =
      map_network(build_network(testing::tiny_gpt()),
                  testing::shipped_chip(
                      {testing::with("mesh.columns", "1"), testing::with("mesh.rows", "1"),
                       testing::with("macros_per_tile", "8"), testing::with("core.macros", "1"),
                       testing::with("system", "[{link: link_ucie_standard}]"),
                       testing::with("map", "{packing: edge_blocks, duplication: throughput}")}));
  EXPECT_GT(m.chip.mesh.n_chips(), 1);
  EXPECT_LE(m.arrangement.arrays, m.chip.mesh.size() * 8);
}

}  // namespace
}  // namespace ohm
