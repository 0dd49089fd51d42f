// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/laid_layers.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(LaidLayers, AllStandWhereTheMappingHasThemOnAChipThatHoldsThem) {
  const TransformerSpec network = testing::shipped_network("gpt2-small");
  const ChipSpec chip = testing::shipped_chip();
  const LaidLayers laid = lay_out_layers(network, chip, 2);
  EXPECT_TRUE(laid.is_all);
  EXPECT_TRUE(laid.joined.system.empty());
  EXPECT_EQ(laid.reduction.spec.n_layers, 12);
  EXPECT_EQ(laid.mapped.mapping.chip.mesh.n_chips(), 1);
  EXPECT_EQ(tiles_of(laid.mapped.bands, laid.reduction), 629);  // none is counted twice
  EXPECT_EQ(arrays_of(laid.mapped.bands, laid.reduction), 60324);
}

TEST(LaidLayers, WithMemoryBesideSomeChipsAreAllKeptWhereTheyAreFew) {
  TransformerSpec network = testing::tiny_gpt();
  network.n_layers = 40;
  ChipSpec chip = testing::shipped_chip({testing::with("mesh", "{columns: 3, rows: 2}"),
                                         testing::with("macros_per_tile", "4"),
                                         testing::with("system", "[{link: link_ucie_3d}]")});
  EXPECT_FALSE(lay_out_layers(network, chip, 3).is_all);
  chip.dram_at = {0};
  const LaidLayers laid = lay_out_layers(network, chip, 3);
  EXPECT_TRUE(laid.is_all);
  EXPECT_EQ(laid.reduction.spec.n_layers, 40);
  EXPECT_EQ(laid.mapped.mapping.chip.n_drams(), 1);
}

TEST(LaidLayers, AreJoinedByTheAssumedSystemWhereOneChipIsTooSmall) {
  const TransformerSpec network = testing::shipped_network("llama-3-8b");
  const ChipSpec chip = testing::shipped_chip();
  const LaidLayers laid = lay_out_layers(network, chip, 3);
  ASSERT_EQ(laid.joined.system.size(), 1u);
  EXPECT_EQ(laid.joined.system.front().link.name, "link_ucie_standard");
  EXPECT_FALSE(laid.reduction.one_memory);
  EXPECT_GT(laid.mapped.mapping.chip.mesh.n_chips(), 1);
}

TEST(LaidLayers, GetTheirChipsBack) {
  const TransformerSpec network = testing::shipped_network("gpt2-small");
  const ChipSpec chip = testing::shipped_chip();
  LaidLayers laid = lay_out_layers(network, chip, 2);
  Mapping& mapping = laid.mapped.mapping;
  const Index tiles = mapping.placement.tiles_used, columns = mapping.chip.mesh.columns();
  const auto of_kind = mapping.placement.tiles_of_kind;
  {
    const ChipsOfKept kept(mapping);
    mapping.placement.tiles_used = 7;
    mapping.placement.tiles_of_kind = {7};
    mapping.chip.mesh = Mesh(1, 1);
  }
  EXPECT_EQ(mapping.placement.tiles_used, tiles);
  EXPECT_EQ(mapping.placement.tiles_of_kind, of_kind);
  EXPECT_EQ(mapping.chip.mesh.columns(), columns);
}

}  // namespace
}  // namespace ohm
