// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"
#include "mapping/chip/mesh.h"
#include "mapping/chip/partition.h"

namespace ohm {

/// Where a block stands.
struct Slot {
  Index tile = 0, slot = 0;

  bool operator==(const Slot&) const = default;
};

/// Where a matrix stands: its tiles in the order of the snake, and what each of them holds of it.
struct MatmulSite {
  std::vector<Index> tiles;
  std::vector<Index> blocks;   ///< by entry of tiles
  std::vector<Index> columns;  ///< by entry of tiles: distinct output columns
  Index owner = 0;             ///< the tile that gathers the partial sums
};

/// Where the attention of a layer is computed: whole heads per tile, or several tiles per head.
struct AttentionSite {
  std::vector<Index> tiles;     ///< in use
  Index heads_per_tile = 1;     ///< the fullest tile
  Index tiles_per_head = 1;     ///< positions are dealt out to them in turn
  Index kv_heads_per_tile = 1;  ///< the fullest tile; a head that several tiles share is in each
  Index kv_copies = 1;  ///< heads of keys and values in all tiles of one position, with copies
};

/// Blocks on tiles. An operator that is not a matrix runs on the tile that owns its input.
struct Placement {
  std::vector<Slot> slots;               ///< by block
  std::vector<MatmulSite> sites;         ///< by matmul; without tiles if it is not in crossbars
  std::vector<AttentionSite> attention;  ///< by layer
  std::vector<Index> home;               ///< by vertex: the tile that holds the operator's result
  Index tiles_used = 0;
};

/// Heads of keys and values behind the query heads [first, first + n) of `spec`.
Index kv_heads_behind(const TransformerSpec& spec, Index first, Index n);

/// Fills tiles along the snake, block after block: matrices are contiguous, in the order of the
/// computation. The owner of a matrix is the tile that makes its reduction travel least.
///
/// A layer's attention runs on the tiles that hold the layer's matrices, but those of its experts.
/// What no matrix precedes (the embedding) runs on tile 0, where the DRAM is attached.
/// ArgumentError if there are too few slots.
Placement place(const Network& network, const Partition& partition, const Mesh& mesh,
                Index macros_per_tile);

/// Sites, attention and homes of blocks that stand on `slots`; tiles_used is left to the caller.
Placement placement_of(const Network& network, const Partition& partition, const Mesh& mesh,
                       std::vector<Slot> slots, Index most_tiles_per_head = Index{1} << 40);

}  // namespace ohm
