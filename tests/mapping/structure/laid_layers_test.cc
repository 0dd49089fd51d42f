// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/laid_layers.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(LaidLayers, StandAloneOnAChipThatHoldsThemAll) {
  const TransformerSpec network = testing::shipped_network("gpt2-small");
  const ChipSpec chip = testing::shipped_chip();
  const LaidLayers laid = lay_out_layers(network, chip, 2);
  EXPECT_TRUE(laid.joined.system.empty());
  EXPECT_TRUE(laid.reduction.one_memory);
  EXPECT_EQ(laid.reduction.spec.n_layers, 2);
  EXPECT_EQ(laid.mapped.mapping.chip.mesh.n_chips(), 1);
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
