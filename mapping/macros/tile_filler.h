// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/place.h"

namespace ohm {

/// Gives arrays their places, tile after tile: every kind of macro fills a tile of its own, and the
/// next tile is that of the first kind that needs one. No order of the same arrays takes fewer.
class TileFiller {
 public:
  /// By kind of macro: macros in a tile.
  explicit TileFiller(std::vector<Index> macros_per_tile);

  /// The next array of this kind: tile (in the order in which they are opened) and slot.
  Slot next(Index kind);

  /// As many calls of next().
  void skip(Index kind, Index arrays);

  Index tiles() const { return tiles_; }
  const std::vector<Index>& tiles_of_kind() const { return of_kind_; }

 private:
  std::vector<Index> macros_per_tile_, of_kind_;
  std::vector<Slot> open_;  // by kind: the place of its next array
  Index tiles_ = 0;
};

/// Tiles that so many arrays of each kind take.
Index tiles_for(const std::vector<Index>& arrays, const std::vector<Index>& macros_per_tile);

}  // namespace ohm
