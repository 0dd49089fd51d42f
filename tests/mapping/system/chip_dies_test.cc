// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/chip_dies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "mapping/estimate/estimate.h"
#include "mapping/estimate/peak.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

/// Four chips of six tiles in a row; `dies` among them.
ChipSpec row_of_chips(const std::string& dies, std::vector<Override> more = {}) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"mesh.columns", "3"},
           {"mesh.rows", "2"},
           {"macros_per_tile", "4"},
           {"system", "[{columns: 4, rows: 1, link: link_ucie_advanced}]"},
           {"dies", dies}}) {
    more.push_back(with(key, value));
  }
  return shipped_chip(more);
}

const char* const kDies = "[{name: io, at: [0]}, {name: digital, at: [2], attention: true}]";

TEST(ChipDies, HoldNoWeightsAndAreSkippedByTheSnake) {
  const Chip chip = compile_chip(row_of_chips(kDies));
  EXPECT_EQ(dies_without_weights(chip.spec), 2);
  EXPECT_EQ(tiles_of_dies(chip), 12);
  const auto tiles = weight_tiles(chip);
  EXPECT_EQ(tiles.size(), 12u);
  for (const Index tile : tiles) {
    EXPECT_TRUE(chip.mesh.chip_of(tile) == 1 || chip.mesh.chip_of(tile) == 3);
  }
  for (const Index tile : attention_tiles(chip)) EXPECT_EQ(chip.mesh.chip_of(tile), 2);
  EXPECT_EQ(attention_tiles(chip).size(), 6u);
}

TEST(ChipDies, WeightsStandOnTheOthersAndAttentionOnItsDie) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()), row_of_chips(kDies));
  for (const Slot& slot : m.placement.slots) {
    const Index chip = m.chip.mesh.chip_of(slot.tile);
    EXPECT_TRUE(chip == 1 || chip == 3);
  }
  std::set<Index> tiles;
  for (const AttentionSite& site : m.placement.attention) {
    EXPECT_EQ(site.tiles.size(), 4u);  // a head each, of six tiles
    for (const Index tile : site.tiles) {
      EXPECT_EQ(m.chip.mesh.chip_of(tile), 2);
      tiles.insert(tile);
    }
  }
  EXPECT_EQ(tiles.size(), 6u);             // the second layer goes on where the first ended
  EXPECT_EQ(m.placement.home.front(), 0);  // the embedding is beside the DRAM of the I/O die
}

TEST(ChipDies, TheNetworkMustFitOnTheChipsWithWeights) {
  const Network network = build_network(testing::tiny_gpt());  // 40 arrays: 10 tiles of 4
  EXPECT_NO_THROW(map_network(network, row_of_chips(kDies)));
  EXPECT_THROW(map_network(network, row_of_chips("[{name: io, at: [0, 1, 2]}]")), ConfigError);
}

TEST(ChipDies, EnergyMovesButMacsDoNotChange) {
  const Network network = build_network(testing::tiny_gpt());
  const Workload load{8, 8, 2, {}};
  const Estimate equal = estimate(map_network(network, row_of_chips("[]")), load);
  const Estimate mixed = estimate(map_network(network, row_of_chips(kDies)), load);
  EXPECT_EQ(mixed.macs, equal.macs);
  const auto of = [](const Estimate& e, const std::string& component) {
    Cost sum;
    for (const auto& [leaf, cost] : e.ledger.leaves()) {
      if (leaf.component == component) sum += cost;
    }
    return sum;
  };
  for (const char* component : {"cells", "adc", "attention_mac", "softmax"}) {
    EXPECT_NEAR(of(mixed, component).energy.si(), of(equal, component).energy.si(),
                1e-12 * of(equal, component).energy.si())
        << component;
  }
  EXPECT_GT(of(mixed, "chip_link").energy, of(equal, "chip_link").energy);
  EXPECT_GE(mixed.makespan, mixed.lower_bound);
}

TEST(ChipDies, AreaAndLeakageAreThoseOfTilesWithoutMacros) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()), row_of_chips(kDies));
  const ChipSpec& spec = m.chip.spec;
  const Chip equal = compile_chip(row_of_chips("[]"));
  EXPECT_NEAR(die_tile_area(m.chip).si(), equal.tile_area.si() - 4.0 * equal.macro_area.si(),
              1e-9 * equal.tile_area.si());
  EXPECT_EQ(m.chip.area(), equal.area());  // of those that hold weights
  const Estimate e = estimate(m, {8, 8, 1, {}});
  ASSERT_EQ(e.dies.size(), 2u);
  EXPECT_EQ(e.dies[1].name, "digital");
  EXPECT_NEAR(e.dies[0].area.si(), 6.0 * die_tile_area(m.chip).si() + m.chip.link_ends().si(),
              1e-12 * e.dies[0].area.si());
  const double each = spec.buffer.leakage.si() +
                      spec.leakage.si() * (spec.digital.area + spec.noc.router_area).si();
  EXPECT_NEAR(leakage_of_dies(m.chip).si(), 12.0 * each, 1e-12 * each);
  const double on = static_cast<double>(m.placement.tiles_used) * m.chip.power.on.si();
  const double off = static_cast<double>(12 - m.placement.tiles_used) * m.chip.power.off.si();
  EXPECT_NEAR(e.leakage_energy.si(), (12.0 * each + on + off) * e.makespan.si(),
              1e-9 * e.leakage_energy.si());
}

TEST(ChipDies, PartsOfADieAreItsOwn) {
  const std::string phy =
      "[{name: io, at: [0, 2], leakage: 0 W/m2, parts: [{name: phy, count: 1, power: 2 W, "
      "area: 3 mm2, source: assumption}]}]";
  const Mapping m = map_network(build_network(testing::tiny_gpt()), row_of_chips(phy));
  const Estimate e = estimate(m, {8, 8, 1, {}});
  const auto found = e.ledger.leaves().find({"phy", "", -1, "static"});
  ASSERT_NE(found, e.ledger.leaves().end());
  EXPECT_NEAR(found->second.area.si(), 6e-6, 1e-15);
  EXPECT_NEAR(found->second.energy.si(), 4.0 * e.makespan.si(), 1e-12);
  const Peak with_phy = peak(m.chip);
  const auto& parts = with_phy.levels.back().parts;
  const auto it = std::find_if(parts.begin(), parts.end(),
                               [](const PeakPart& part) { return part.component == "phy"; });
  ASSERT_NE(it, parts.end());
  EXPECT_NEAR(it->power.si(), 4.0, 1e-12);
}

TEST(ChipDies, TheShippedChipletsHoldGpt2Small) {
  const Mapping m = map_network(build_network(testing::shipped_network("gpt2-small")),
                                shipped_chip({}, "rram_22nm_chiplets"));
  EXPECT_EQ(m.placement.tiles_used, 629);
  EXPECT_EQ(m.chip.mesh.n_chips(), 6);
  EXPECT_LT(m.chip.area(), m.chip.spec.reticle * 2.0);
}

TEST(ChipDies, NeedAMapping) {
  EXPECT_THAT(error_text<ArgumentError>([] {
                estimate_structure(testing::tiny_gpt(), row_of_chips(kDies), {8, 8, 1, {}},
                                   Fidelity::automatic);
              }),
              ::testing::HasSubstr("dies: only a mapping of all tiles knows it"));
}

}  // namespace
}  // namespace ohm
