// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/chips_for.h"

#include <algorithm>

namespace ohm {
namespace {

Index enough(Index tiles, Index each) {
  if (tiles == 0) return 0;
  return each == 0 ? kMostSystemTiles : (tiles - 1) / each + 1;
}

}  // namespace

Index chips_for(const ChipSpec& spec, const std::vector<Index>& tiles) {
  Index shared = 0, left = spec.n_tiles(), chips = 0;
  for (size_t k = 0; k < tiles.size(); ++k) {
    const Index made = k == 0 ? MacroKindSpec::kAuto : spec.macros[k - 1].tiles;
    if (made == MacroKindSpec::kAuto) {
      shared += tiles[k];
      continue;
    }
    left -= made;
    chips = std::max(chips, enough(tiles[k], made));
  }
  return std::max(chips, enough(shared, left));
}

}  // namespace ohm
