// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/chip.h"

namespace ohm {

/// Chips of the system that hold no weights, and their tiles.
Index dies_without_weights(const ChipSpec& spec);
Index tiles_of_dies(const Chip& chip);

/// The tiles of all dies of a kind, and whether a tile is on one of any kind.
std::vector<Index> tiles_of_die(const Chip& chip, const DieSpec& die);
bool is_on_die(const Chip& chip, Index tile);

/// Silicon of one tile without macros: buffer, digital unit, router, the tile's parts.
SquareMetres die_tile_area(const Chip& chip);

/// Silicon of one die: its tiles, its parts, its share of the ends of links.
SquareMetres die_area(const Chip& chip, const DieSpec& die);

/// Static power of one of their tiles, and of all these dies: they are never switched off.
Watts die_tile_leakage(const Chip& chip, const DieSpec& die);
Watts leakage_of_dies(const Chip& chip);

/// By chip: its entry of spec.dies, or -1; empty where all chips are equal.
std::vector<Index> dies_of(const ChipSpec& spec);

/// The tiles that may hold weights, in the order in which the snake passes them.
std::vector<Index> weight_tiles(const Chip& chip);

/// The tiles of dies that compute attention, in the order of the snake; empty: layers do so where
/// their weights are.
std::vector<Index> attention_tiles(const Chip& chip);

}  // namespace ohm
