// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/partition.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace ohm {
namespace {

struct Range {
  Index first, size;
};

/// Range i of `n` ranges that cover [0, total): full ones of `size`, or ones that differ by at
/// most 1.
Range range(Index total, Index size, Index n, Index i, bool equal) {
  if (!equal) return {i * size, std::min(size, total - i * size)};
  const Index small = total / n, larger = total % n;
  return {i * small + std::min(i, larger), small + (i < larger ? 1 : 0)};
}

}  // namespace

TileGrid tile_grid(Index rows, Index columns, const BlockShape& shape) {
  if (rows < 1 || columns < 1 || shape.rows < 1 || shape.columns < 1) {
    throw ArgumentError(fmt::format(
        "partition: a matrix of {} × {} in macros of {} × {} weights; expected at least 1 × 1",
        rows, columns, shape.rows, shape.columns));
  }
  return {(rows - 1) / shape.rows + 1, (columns - 1) / shape.columns + 1};
}

std::vector<Block> partition_matmul(const StaticMatmul& matmul, const BlockShape& shape,
                                    const std::string& split) {
  Partition partition;
  add_blocks(matmul, {shape, 1}, split, partition);
  return std::move(partition.blocks);
}

bool in_crossbars(const StaticMatmul& matmul, const std::string& head) {
  return head != "digital" || matmul.part != "head" || matmul.once;
}

void add_blocks(const StaticMatmul& matmul, const Cut& cut, const std::string& split,
                Partition& partition) {
  if (split != "max" && split != "equal") {
    throw ArgumentError(fmt::format("partition: split '{}'; expected 'max' or 'equal'", split));
  }
  const TileGrid grid = tile_grid(matmul.rows, matmul.columns, cut.shape);
  for (Index replica = 0; replica < cut.replicas; ++replica) {
    for (Index c = 0; c < grid.column_tiles; ++c) {
      const Range columns = range(matmul.columns, cut.shape.columns, grid.column_tiles, c, false);
      for (Index r = 0; r < grid.row_tiles; ++r) {
        const Range rows = range(matmul.rows, cut.shape.rows, grid.row_tiles, r, split == "equal");
        partition.blocks.push_back(
            {matmul.id, r, c, rows.first, rows.size, columns.first, columns.size, replica});
      }
    }
  }
}

Partition partition_network(const Network& network, const std::string& split,
                            const std::function<Cut(const StaticMatmul&)>& cut_of) {
  constexpr Index kMostBlocks = 50'000'000;
  Index blocks_needed = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    const Cut cut = cut_of(matmul);
    if (cut.replicas == 0) continue;
    blocks_needed += cut.replicas * tile_grid(matmul.rows, matmul.columns, cut.shape).size();
    if (blocks_needed <= kMostBlocks) continue;
    throw ArgumentError(fmt::format(
        "partition: more than {} blocks of {} × {} weights; expected at most that many: enlarge "
        "the arrays or take a smaller network",
        kMostBlocks, cut.shape.rows, cut.shape.columns));
  }
  Partition partition{{}, {}, {0}};
  for (const StaticMatmul& matmul : network.matmuls) {
    const Cut cut = cut_of(matmul);
    if (cut.replicas > 0) add_blocks(matmul, cut, split, partition);
    partition.first.push_back(std::ssize(partition.blocks));
  }
  return partition;
}

Partition partition_network(const Network& network, const BlockShape& shape,
                            const std::string& split, const StoredIf& stored) {
  Partition partition = partition_network(network, split, [&](const StaticMatmul& matmul) {
    return Cut{shape, stored(matmul) ? 1 : 0};
  });
  partition.shape = shape;
  return partition;
}

Partition partition_network(const Network& network, const BlockShape& shape,
                            const std::string& split, const std::string& head) {
  return partition_network(network, shape, split,
                           [&](const StaticMatmul& matmul) { return in_crossbars(matmul, head); });
}

}  // namespace ohm
