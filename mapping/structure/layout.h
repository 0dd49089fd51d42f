// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "mapping/chip/chip_spec.h"
#include "mapping/network/network.h"
#include "mapping/structure/band_grid.h"
#include "mapping/structure/layer_runs.h"
#include "mapping/structure/require_bands.h"

namespace ohm {

/// How a network lies on the chips it takes, whatever is asked about it: one answer for map(),
/// fit() and layers that are solved once.
struct Layout {
  bool bands = false;  ///< what map_network() lays: layers in bands, or tiles along the snake
  ChipSpec joined;     ///< with what joins several chips; without a system where one holds all
  BandGrid grid;       ///< of bands, also where map_network() takes the snake
  Index rows = 0;      ///< of tiles that all bands take on it
  Index chips = 1;     ///< that the network takes
  /// The key because of which layers that are solved once would stand otherwise than the mapping.
  std::optional<AskedKey> apart;
};

/// The layout of a network, or of a reduced one and the layers that it stands for, on a chip.
///
/// map.placement: auto takes bands where the tiles exceed one chip, nothing is asked that bands
/// cannot do (see beyond_bands()) and the system has room for their whole rows; else the snake.
/// Chips that do not say what joins them are joined by assumed_system(), as far as layers solved
/// once and counts of chips go; map_network() refuses what one of these does not hold.
Layout layout_of(const Network& network, const ChipSpec& chip,
                 const Reduction* reduction = nullptr);

}  // namespace ohm
