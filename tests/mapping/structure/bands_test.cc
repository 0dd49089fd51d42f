// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/bands.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/mapping/chip_builder.h"
#include "tests/mapping/structure/deep_grid.h"

namespace ohm {
namespace {

ChipSpec small_chip() {
  return testing::shipped_chip(
      {testing::with("macros_per_tile", "4"), testing::with("mesh", "{columns: 3, rows: 2}")});
}

TEST(Bands, LayersOfOneKindAreCongruent) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 4;
  const Network network = build_network(spec);
  const BandMapping b = map_in_bands(network, small_chip(), {3});
  ASSERT_EQ(b.bands.size(), 5u);  // and the head
  const Index shift = b.bands[0].rows * 3;
  const auto& sites = b.mapping.placement.sites;
  for (size_t m = 0; m + 1 < sites.size(); ++m) {
    const int layer = network.matmuls[m].layer;
    if (layer < 1) continue;
    ASSERT_EQ(sites[m].tiles.size(), sites[m - 4].tiles.size());
    for (size_t i = 0; i < sites[m].tiles.size(); ++i) {
      EXPECT_EQ(sites[m].tiles[i], sites[m - 4].tiles[i] + shift);
    }
    EXPECT_EQ(sites[m].owner, sites[m - 4].owner + shift);
  }
}

TEST(Bands, NoTwoBlocksShareASlot) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_deepseek(), testing::tiny_t5(), testing::tiny_bert()}) {
    const BandMapping b = map_in_bands(build_network(spec), small_chip(), {6});
    std::set<std::pair<Index, Index>> taken;
    for (const Slot& slot : b.mapping.placement.slots) {
      EXPECT_TRUE(taken.emplace(slot.tile, slot.slot).second) << spec.name;
      EXPECT_LT(slot.tile, b.mapping.chip.mesh.size());
    }
    EXPECT_EQ(std::ssize(taken), std::ssize(b.mapping.partition.blocks));
  }
}

TEST(Bands, OfAReducedNetworkCountTheWholeOne) {
  TransformerSpec spec = testing::tiny_deepseek();
  spec.n_layers = 7;
  const auto bands = [&](const TransformerSpec& s) {
    return map_in_bands(build_network(s), small_chip(), {3}).bands;
  };
  const Reduction few = keep_layers(spec, 2), all = keep_layers(spec, 7);
  EXPECT_EQ(arrays_of(bands(few.spec), few), arrays_of(bands(spec), all));
  EXPECT_EQ(tiles_of(bands(few.spec), few), tiles_of(bands(spec), all));
}

/// Chips of 3 × 2 tiles, two of which make a package.
ChipSpec small_packages() {
  ChipSpec chip = small_chip();
  LevelSpec pair, package;
  pair.columns = 1;
  pair.rows = 2;
  chip.system = {pair, package};
  return chip;
}

TEST(Bands, OfAReducedNetworkStandAtTheSameBordersAsTheWholeOne) {
  for (const char* macros : {"1", "2", "4", "96"}) {
    ChipSpec chip = small_packages();
    chip.macros_per_tile = std::stoll(macros);
    TransformerSpec spec = testing::tiny_deepseek();
    spec.n_layers = 30;
    spec.dense_layers = 13;
    const Network whole = build_network(spec);
    const BandGrid grid = testing::grid_of_deep(whole, chip);
    const Reduction few = keep_layers(spec, 3, periods_of(whole, chip, grid));
    const auto all = bands_on(whole, chip, grid);
    const auto kept = bands_on(build_network(few.spec), chip, grid);
    const Index unit = grid.chip_rows * grid.group_rows;
    ASSERT_EQ(unit, 4);
    for (const Band& band : kept) {
      for (const int layer : few.layers_of(band.layer)) {
        const Band* same = nullptr;
        for (const Band& each : all) {
          // the head, which stands for itself, is the last one
          if (each.layer == layer && (layer >= 0 || &each == &all.back())) same = &each;
        }
        if (band.layer < 0 && &band != &kept.back()) continue;
        ASSERT_NE(same, nullptr) << layer;
        EXPECT_EQ(same->tiles, band.tiles) << layer;
        EXPECT_EQ(same->first_row % unit, band.first_row % unit) << macros << " " << layer;
      }
    }
    EXPECT_EQ(rows_of(kept, few, grid), all.back().first_row + all.back().rows) << macros;
    for (size_t i = 1; i < all.size(); ++i) {
      EXPECT_GE(all[i].first_row, all[i - 1].first_row + all[i - 1].rows) << macros;
    }
  }
}

/// Layers of whole chips stand on as square a rectangle as these make.
TEST(Bands, AreAboutSquare) {
  const ChipSpec chip = testing::shipped_chip({}, "rram_22nm_llm");
  const Network network = build_network(testing::shipped_network("llama-3-70b"));
  const BandGrid grid = band_grid(chip, runs_of(network.spec, bands_of(network, chip)));
  // 8192 × (10240 + 8192 + 3 × 28672) weights in tiles of 64 arrays of 8192: four chips of 24 × 17
  EXPECT_EQ(grid.columns, 2 * chip.mesh.columns);
  EXPECT_EQ(grid.pitch_of(4 * 408).rows, 2 * chip.mesh.rows);
}

}  // namespace
}  // namespace ohm
