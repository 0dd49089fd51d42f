// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"
#include "mapping/chip/mesh.h"

namespace ohm {

/// How much of what is dealt out to tiles lies in one chip.
struct ChipShare {
  Index chip = 0;
  Index tiles = 0;
  double of_tiles = 0.0;  ///< tiles / all tiles
};

/// The chips that these tiles stand in, in ascending order.
std::vector<ChipShare> chip_shares(const Mesh& mesh, const std::vector<Index>& tiles);

}  // namespace ohm
