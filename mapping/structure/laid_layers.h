// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "mapping/structure/bands.h"
#include "mapping/structure/compose_times.h"
#include "mapping/structure/require_bands.h"

namespace ohm {

/// The kept layers of a network on their bands, or all of them along the snake of one chip.
struct LaidLayers {
  Index most = 0;       ///< periods of layers that are kept
  bool is_all = false;  ///< of them, whatever `most` is
  ChipSpec joined;      ///< with the system that joins as many chips as it takes
  ChipSpec all_chips;   ///< the same with the chips of all layers
  Reduction reduction;
  BandMapping mapped;
};

/// Keeps `most` periods of alike layers of a network and lays them out on as many chips as it
/// takes, those of the chip's system or of assumed_system(). On one chip all layers stay where
/// map_network() puts them, along the snake (see layout_of()). ArgumentError where a mapping would
/// stand otherwise, ConfigError where map_network() refuses bands for want of rows; throws what
/// require_alike_layers() throws.
LaidLayers lay_out_layers(const TransformerSpec& spec, const ChipSpec& chip, Index most);

/// Periods of layers to keep for a workload: all of what is small enough, else three of each kind,
/// the last two of which are compared.
Index periods_kept(const TransformerSpec& spec, const Request& request, Fidelity fidelity);

/// The key because of which layers that are solved once would stand otherwise than a mapping, or
/// are not alike; none where lay_out_layers() takes them.
std::optional<AskedKey> stand_apart(const TransformerSpec& spec, const ChipSpec& chip, Index most);

/// While it lives, the mapping of kept layers may be extended to the chips of all layers.
class ChipsOfKept {
 public:
  explicit ChipsOfKept(Mapping& mapping);
  ChipsOfKept(const ChipsOfKept&) = delete;
  ChipsOfKept& operator=(const ChipsOfKept&) = delete;
  ~ChipsOfKept();

 private:
  Mapping& mapping_;
  Chip chip_;
  Index tiles_used_;
  std::vector<Index> of_kind_;
};

}  // namespace ohm
