// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/matrix_spread.h"

#include <gtest/gtest.h>

#include <random>

#include "mapping/chip/arrange.h"
#include "mapping/chip/transfers.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Two matrices along a snake, the second one behind the arrays of the first.
struct Pair {
  Index before, rows, columns;
  BlockShape shape;
  Index macros;
};

MatrixSpread placed(const Pair& pair, Index sum_bits) {
  Network network;
  network.spec.n_layers = 0;
  network.matmuls = {{.id = 0, .rows = 1, .columns = pair.before},
                     {.id = 1, .rows = pair.rows, .columns = pair.columns}};
  const Partition first = partition_network(network, {1, 1}, "max", "crossbar");
  Partition all{
      pair.shape, {first.blocks.begin(), first.blocks.begin() + pair.before}, {0, pair.before}};
  const auto blocks = partition_matmul(network.matmuls[1], pair.shape, "max");
  all.blocks.insert(all.blocks.end(), blocks.begin(), blocks.end());
  all.first.push_back(std::ssize(all.blocks));
  const Chip chip = testing::chip_on({std::ssize(all.blocks) / pair.macros + 1, 1}, pair.macros);
  const MatmulSite site = place(network, all, chip).sites[1];
  MatrixSpread spread;
  spread.first_tile = site.tiles.front();
  spread.last_tile = site.tiles.back();
  for (size_t i = 0; i < site.tiles.size(); ++i) {
    const std::int64_t bytes = bytes_of(site.columns[i], sum_bits);
    spread.columns += site.columns[i];
    spread.sum_bytes += bytes;
    spread.most_columns = std::max(spread.most_columns, site.columns[i]);
    spread.most_bytes = std::max(spread.most_bytes, bytes);
    spread.most_additions = std::max(spread.most_additions, site.sums[i] - site.columns[i]);
  }
  return spread;
}

BlockGrid grid_of(const Pair& pair, Index sum_bits) {
  const TileGrid grid = tile_grid(pair.rows, pair.columns, pair.shape);
  const Index last = pair.columns - (grid.column_tiles - 1) * pair.shape.columns;
  return {grid, pair.shape.columns, last, sum_bits};
}

TileSteps steps_of(const Pair& pair) {
  return {tile_grid(pair.rows, pair.columns, pair.shape).row_tiles, pair.macros};
}

TEST(MatrixSpread, CountsTilesThatBeginWithAColumn) {
  for (Index rows = 1; rows < 13; ++rows) {
    for (Index macros = 1; macros < 13; ++macros) {
      for (Index first = 0; first < 13; ++first) {
        Index whole = 0;
        for (Index n = 0; n < 30; ++n) {
          EXPECT_EQ(TileSteps(rows, macros).whole(first, n), whole);
          whole += (first + n * macros) % rows == 0 ? 1 : 0;
        }
      }
    }
  }
}

TEST(MatrixSpread, IsThatOfThePlacement) {
  std::mt19937 random(3);
  const auto draw = [&](Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random);
  };
  for (int i = 0; i < 1500; ++i) {
    const Pair pair{draw(1, 12), draw(1, 40), draw(1, 40), {draw(1, 9), draw(1, 9)}, draw(1, 12)};
    const Index bits = draw(1, 30);
    const MatrixSpread theirs = placed(pair, bits);
    const MatrixSpread ours = spread_of(grid_of(pair, bits), pair.before, steps_of(pair));
    EXPECT_EQ(ours.first_tile, theirs.first_tile);
    EXPECT_EQ(ours.last_tile, theirs.last_tile);
    EXPECT_EQ(ours.columns, theirs.columns);
    EXPECT_EQ(ours.most_columns, theirs.most_columns);
    EXPECT_EQ(ours.most_additions, theirs.most_additions);
    EXPECT_EQ(ours.sum_bytes, theirs.sum_bytes);
    EXPECT_EQ(ours.most_bytes, theirs.most_bytes);
  }
}

TEST(MatrixSpread, OfCopiesIsNoMoreThanThatOfAnyOne) {
  std::mt19937 random(4);
  const auto draw = [&](Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random);
  };
  for (int i = 0; i < 1500; ++i) {
    const Pair pair{0, draw(1, 40), draw(1, 40), {draw(1, 9), draw(1, 9)}, draw(1, 12)};
    const BlockGrid blocks = grid_of(pair, 20);
    const Index copies = draw(1, 5), array = draw(0, 20);
    const MatrixSpread least = least_spread(blocks, copies, array, steps_of(pair));
    for (Index copy = 0; copy < copies; ++copy) {
      const MatrixSpread each =
          spread_of(blocks, array + copy * blocks.grid.size(), steps_of(pair));
      EXPECT_LE(least.tiles(), each.tiles());
      EXPECT_LE(least.columns, each.columns);
      EXPECT_LE(least.most_columns, each.most_columns);
      EXPECT_LE(least.most_additions, each.most_additions);
      EXPECT_LE(least.sum_bytes, each.sum_bytes);
      EXPECT_LE(least.sum_bytes - least.most_bytes, each.sum_bytes - each.most_bytes);
      EXPECT_LE(least.least_bytes, each.tiles() > 2 ? each.least_bytes : 0);
    }
  }
}

}  // namespace
}  // namespace ohm
