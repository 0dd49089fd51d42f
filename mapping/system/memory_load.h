// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "core/index.h"
#include "mapping/chip/chip.h"

namespace ohm {

/// Where the bytes go that tiles read from (or write to) DRAM. Shares are of all these bytes, which
/// are dealt out evenly to the tiles.
struct MemoryLoad {
  std::vector<std::pair<Index, double>> drams;   ///< chips whose DRAM serves them, and its share
  std::vector<std::pair<Index, double>> links;   ///< links between chips, towards the tiles
  std::array<double, kMostEdgeKinds> crossed{};  ///< by kind of edges: Σ shares of its links
  Seconds flight;                                ///< over the links of the longest way, one way
};

/// Each chip reads from its own DRAM; where only some chips have one, from the nearest of them (of
/// equally near ones the first), over the links of the dimension-order route.
MemoryLoad memory_load(const Chip& chip, const std::vector<Index>& tiles);

}  // namespace ohm
