// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/tile_filler.h"

#include <utility>

namespace ohm {

TileFiller::TileFiller(std::vector<Index> macros_per_tile)
    : macros_per_tile_(std::move(macros_per_tile)),
      of_kind_(macros_per_tile_.size(), 0),
      open_(macros_per_tile_.size()) {}

Slot TileFiller::next(Index kind) {
  const auto k = static_cast<size_t>(kind);
  Slot& open = open_[k];
  if (open.slot == 0) {
    open.tile = tiles_++;
    ++of_kind_[k];
  }
  const Slot taken = open;
  open.slot = (open.slot + 1) % macros_per_tile_[k];
  return taken;
}

void TileFiller::skip(Index kind, Index arrays) {
  const auto k = static_cast<size_t>(kind);
  const Index size = macros_per_tile_[k];
  Slot& open = open_[k];
  const Index room = open.slot == 0 ? 0 : size - open.slot;
  if (arrays < room) {
    open.slot += arrays;
    return;
  }
  const Index left = arrays - room, opened = left == 0 ? 0 : (left - 1) / size + 1;
  tiles_ += opened;
  of_kind_[k] += opened;
  if (opened > 0) open.tile = tiles_ - 1;
  open.slot = left % size;
}

Index tiles_for(const std::vector<Index>& arrays, const std::vector<Index>& macros_per_tile) {
  Index tiles = 0;
  for (size_t k = 0; k < arrays.size(); ++k) {
    if (arrays[k] > 0) tiles += (arrays[k] - 1) / macros_per_tile[k] + 1;
  }
  return tiles;
}

}  // namespace ohm
