// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"
#include "mapping/attention/head_teams.h"
#include "mapping/chip/mesh.h"
#include "mapping/chip/partition.h"

namespace ohm {

struct Arrangement;
struct Chip;

/// Where a block stands.
struct Slot {
  Index tile = 0, slot = 0;

  bool operator==(const Slot&) const = default;
};

/// Where a copy of a matrix stands: its tiles in the order of its blocks, and what each holds of
/// it.
struct MatmulSite {
  std::vector<Index> tiles;
  std::vector<Index> blocks;   ///< by entry of tiles
  std::vector<Index> columns;  ///< by entry of tiles: distinct output columns
  std::vector<Index> sums;     ///< by entry of tiles: columns of all blocks, before they are added
  Index owner = 0;             ///< the tile that gathers the partial sums; of all copies the same
};

/// Where the attention of a layer is computed: its tiles team by team, the first of each gathers
/// what the team makes.
struct AttentionSite {
  std::vector<Index> tiles;  ///< in use
  HeadTeams teams;

  Index tiles_per_team() const { return teams.tiles_per_team; }
  /// Entry of `tiles`: the first tile of a team.
  Index leader(Index team) const { return team * teams.tiles_per_team; }
};

/// Blocks on tiles. An operator that is not a matrix runs on the tile that owns its input.
struct Placement {
  std::vector<Slot> slots;        ///< by stored block, see Arrangement
  std::vector<MatmulSite> sites;  ///< by matmul: its first copy; no tiles if not in crossbars
  std::vector<std::vector<MatmulSite>> further;  ///< by matmul: its further copies
  std::vector<AttentionSite> attention;          ///< by layer
  std::vector<Index> home;  ///< by vertex: the tile that holds the operator's result
  Index tiles_used = 0;
  std::vector<Index> tiles_of_kind;  ///< of tiles_used, by kind of macro; empty: one kind

  /// Tiles in use whose macros are of this kind.
  Index tiles_of(Index kind) const {
    if (tiles_of_kind.empty()) return kind == 0 ? tiles_used : 0;
    return tiles_of_kind[static_cast<size_t>(kind)];
  }
  Index copies(Index matmul) const {
    const auto m = static_cast<size_t>(matmul);
    return sites[m].tiles.empty() ? 0 : 1 + std::ssize(further[m]);
  }
  const MatmulSite& site(Index matmul, Index copy) const {
    const auto m = static_cast<size_t>(matmul);
    return copy == 0 ? sites[m] : further[m][static_cast<size_t>(copy - 1)];
  }
};

/// Fills tiles along the snake, array after array: matrices are contiguous, in the order of the
/// computation. The owner of a matrix is the tile of its first copy that makes the reduction of all
/// copies travel least. Tiles of several kinds are filled with arrays of their kind, each followed
/// along the snake by the next one that any kind needs, on the chips that hold weights.
///
/// A layer's attention runs on the tiles that hold the layer's matrices, but those of its experts:
/// its teams (see head_teams()) are neighbours along the snake, spread evenly over these tiles.
/// What no matrix precedes (the embedding) runs on tile 0, where the DRAM is attached.
/// ArgumentError if there are too few slots.
Placement place(const Network& network, const Partition& partition, const Arrangement& arrangement,
                const Chip& chip);

/// The same with every matrix stored once, every block in an array of its own.
Placement place(const Network& network, const Partition& partition, const Chip& chip);

/// Sites, attention and homes of blocks that stand, each once, on `slots`; tiles_used is left to
/// the caller.
Placement placement_of(const Network& network, const Partition& partition, const Chip& chip,
                       std::vector<Slot> slots);

/// The same placement with the contents of each tile moved to `target[tile]`.
void move_tiles(Placement& placement, const std::vector<Index>& target);

}  // namespace ohm
