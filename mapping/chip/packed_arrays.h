// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/chip.h"
#include "mapping/network/network.h"

namespace ohm {

/// Weights that an array of this kind holds, however few rows a block may have.
BlockShape array_of(const Chip& chip, Index kind);

/// By kind of macro: arrays that arrange() takes where blocks share them (map.packing:
/// edge_blocks), of one copy of each matrix. Blocks that fill an array are only counted.
std::vector<Index> packed_arrays(const Network& network, const Chip& chip);

}  // namespace ohm
