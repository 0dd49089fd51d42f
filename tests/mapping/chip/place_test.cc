// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/place.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

struct Placed {
  Network network;
  Partition partition;
  Mesh mesh;
  Placement placement;
};

Placed placed(const TransformerSpec& spec, BlockShape shape, Index macros_per_tile) {
  Network network = build_network(spec);
  Partition partition = partition_network(network, shape, "max", "crossbar");
  const Chip chip = testing::chip_on({7, 7}, macros_per_tile);
  Placement placement = place(network, partition, chip);
  return {std::move(network), std::move(partition), chip.mesh, std::move(placement)};
}

TEST(Place, FillsTilesAlongTheSnakeWithoutGaps) {
  const Placed p = placed(testing::tiny_gpt(), {16, 8}, 20);
  for (size_t b = 0; b < p.placement.slots.size(); ++b) {
    const auto i = static_cast<Index>(b);
    EXPECT_EQ(p.placement.slots[b], (Slot{p.mesh.snake(i / 20), i % 20}));
  }
  EXPECT_EQ(p.placement.tiles_used, (std::ssize(p.partition.blocks) + 19) / 20);
}

TEST(Place, CountsBlocksAndDistinctColumnsOfEachTile) {
  const Placed p = placed(testing::tiny_gpt(), {16, 8}, 5);  // 2 row tiles: some columns straddle
  for (const StaticMatmul& matmul : p.network.matmuls) {
    const auto m = static_cast<size_t>(matmul.id);
    const MatmulSite& site = p.placement.sites[m];
    Index blocks = 0, columns = 0;
    for (size_t i = 0; i < site.tiles.size(); ++i) {
      blocks += site.blocks[i];
      columns += site.columns[i];
    }
    EXPECT_EQ(blocks, p.partition.size(matmul.id));
    EXPECT_GE(columns, matmul.columns);
    EXPECT_LE(columns, matmul.columns + 8 * (std::ssize(site.tiles) - 1));
  }
}

TEST(Place, PutsTheOwnerWhereTheReductionTravelsLeast) {
  const Placed p = placed(testing::tiny_gpt(), {16, 8}, 5);
  for (const MatmulSite& site : p.placement.sites) {
    const auto cost = [&](Index owner) {
      Index sum = 0;
      for (size_t i = 0; i < site.tiles.size(); ++i) {
        sum += site.columns[i] * p.mesh.hops(site.tiles[i], owner);
      }
      return sum;
    };
    EXPECT_NE(std::find(site.tiles.begin(), site.tiles.end(), site.owner), site.tiles.end());
    for (const Index tile : site.tiles) EXPECT_LE(cost(site.owner), cost(tile));
  }
}

TEST(Place, RunsDigitalOperatorsWhereTheirProducerIs) {
  const Placed p = placed(testing::tiny_gpt(), {16, 8}, 20);
  for (const Index vertex : p.network.order) {
    const Operator& op = p.network.op(vertex);
    if (op.name != "h.0.ffn.residual") continue;
    Index down = -1;
    for (const StaticMatmul& m : p.network.matmuls) {
      if (m.name == "h.0.ffn.down") down = m.id;
    }
    EXPECT_EQ(p.placement.home[static_cast<size_t>(vertex)],
              p.placement.sites[static_cast<size_t>(down)].owner);
  }
}

TEST(Place, DealsHeadsOrPositionsOutToTheTilesOfALayer) {
  const Placed few = placed(testing::tiny_gpt(), {16, 8}, 96);  // all in two tiles
  EXPECT_EQ(few.placement.attention[0].tiles_per_team(), 1);
  EXPECT_GE(
      few.placement.attention[0].teams.most_heads() * std::ssize(few.placement.attention[0].tiles),
      4);
  const Placed many = placed(testing::tiny_gpt(), {16, 8}, 8);
  const AttentionSite& site = many.placement.attention[0];
  EXPECT_EQ(site.teams.most_heads(), 1);
  EXPECT_EQ(std::ssize(site.tiles), 4 * site.tiles_per_team());
  EXPECT_GT(site.tiles_per_team(), 1);
}

TEST(Place, RefusesMoreBlocksThanSlots) {
  const Network network = build_network(testing::tiny_gpt());
  const Partition partition = partition_network(network, {16, 8}, "max", "crossbar");
  EXPECT_THROW(place(network, partition, testing::chip_on({1, 1}, 8)), ArgumentError);
}

TEST(Place, MovedTilesKeepWhatTheyHold) {
  const Placed p = placed(testing::tiny_gpt(), {16, 8}, 8);
  std::vector<Index> target(49);
  for (Index t = 0; t < 49; ++t) target[static_cast<size_t>(t)] = (t * 5 + 3) % 49;
  Placement moved = p.placement;
  move_tiles(moved, target);
  for (size_t b = 0; b < moved.slots.size(); ++b) {
    EXPECT_EQ(moved.slots[b].tile, target[static_cast<size_t>(p.placement.slots[b].tile)]);
    EXPECT_EQ(moved.slots[b].slot, p.placement.slots[b].slot);
  }
  for (size_t v = 0; v < moved.home.size(); ++v) {
    EXPECT_EQ(moved.home[v], target[static_cast<size_t>(p.placement.home[v])]);
  }
  EXPECT_EQ(moved.sites[1].owner, target[static_cast<size_t>(p.placement.sites[1].owner)]);
  EXPECT_EQ(moved.attention[1].tiles[0],
            target[static_cast<size_t>(p.placement.attention[1].tiles[0])]);
}

}  // namespace
}  // namespace ohm
