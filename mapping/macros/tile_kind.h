// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/index.h"
#include "core/units.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/chip/partition.h"
#include "mapping/chip/tile_power.h"

namespace ohm {

/// Tiles whose macros are of one kind, compiled.
struct TileKind {
  std::string name;  ///< "chip": the chip's own macro
  Index macros_per_tile = 1;
  BlockShape shape;  ///< weights that a macro holds
  Index cells_per_weight = 1, cells_per_macro = 1;
  SquareMetres macro_area;
  SquareMetres tile_area;  ///< macros, parts, buffer, digital unit, attention, router
  TilePower power;         ///< static, of one tile
  /// Of all chips: those that the chip is made with, else those that a network takes; 0 of the
  /// chip's own kind, which are all others.
  Index tiles = 0;

  Index cores_per_tile(const ChipSpec& spec) const { return macros_per_tile / spec.core.macros; }
};

struct Chip;
class AttentionEngine;

/// By kind of macro: macros in a tile.
std::vector<Index> macros_per_tile(const Chip& chip);

/// The chip as if all of its macros were of this kind.
ChipSpec of_kind(const ChipSpec& spec, Index kind);

/// `attention` is the engine that every tile has; none: digital. ConfigError where a macro of this
/// kind holds no weight.
TileKind compile_tile_kind(const ChipSpec& spec, Index kind,
                           const AttentionEngine* attention = nullptr);

}  // namespace ohm
