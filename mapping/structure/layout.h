// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapping/chip/chip_spec.h"
#include "mapping/network/network.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/layer_runs.h"
#include "mapping/structure/require_bands.h"

namespace ohm {

/// How a network lies on the chips it takes, whatever is asked about it: one answer for map(),
/// fit(), layers that are solved once and closed forms.
struct Layout {
  bool bands = false;  ///< layers in bands, or tiles along the snake
  ChipSpec joined;     ///< of bands: with what joins several chips; no system where one holds all
  BandGrid grid;       ///< of bands
  Index rows = 0;      ///< of tiles that all bands take on it
  Index chips = 1;     ///< that the network takes
  bool holds = false;  ///< whether there are, or may be, so many, as map_network() wants them
  std::vector<Index> arrays, tiles;  ///< by kind of macro, of one copy of each matrix
  Index fewest_tiles = 0;            ///< of any layout: along the snake
  /// What map.placement: bands lacks on chips whose tiles suffice, and how to mend it; else empty.
  std::string lacking;
  /// The key because of which layers that are solved once would stand otherwise than the mapping.
  std::optional<AskedKey> apart;
};

/// Arrays of one copy of each matrix that are laid out one by one where layers do not stand alike:
/// a second's work.
inline constexpr Index kMostLaidOut = 1'000'000;

/// The layout of a network, or of a reduced one and the layers that it stands for, on a chip.
///
/// map.placement: auto takes bands where the tiles exceed one chip, nothing is asked that bands
/// cannot do (see beyond_bands()) and the system has room for their whole rows; else the snake, on
/// one chip as far as its arrays are few enough to be laid out (kMostLaidOut), or its rows too few.
/// Chips that do not say what joins them are joined by assumed_system(), as far as layers solved
/// once and counts of chips go; map_network() refuses what one of these does not hold. Packed
/// arrays are counted of a whole network only. map.tensor_parallel takes bands on systems so many
/// chips wide. ConfigError for bands beside what they cannot do, for more chips in a row than a
/// layer reaches over, where only a workload says how many, and for a rule of map.matrices that
/// matches nothing.
Layout layout_of(const Network& network, const ChipSpec& chip,
                 const Reduction* reduction = nullptr);

/// A network as its layout was counted: two layers of each kind where no rule treats layers apart
/// and none share arrays, so that thousands of experts need not be listed; else all of it.
struct CountedLayout {
  Network network;
  Layout layout;
};

/// The same of a whole network.
CountedLayout count_layout(const TransformerSpec& network, const ChipSpec& chip);

/// Its layout alone.
Layout layout_of(const TransformerSpec& network, const ChipSpec& chip);

/// The same of a whole network whose bands are known; arrays are not packed.
Layout layout_of(const TransformerSpec& network, const ChipSpec& chip,
                 const std::vector<Band>& bands);

}  // namespace ohm
