// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "mapping/structure/bands.h"
#include "mapping/structure/compose_times.h"
#include "mapping/structure/require_bands.h"

namespace ohm {

/// The kept layers of a network on their bands.
struct LaidLayers {
  Index most = 0;   ///< periods of layers that are kept
  ChipSpec joined;  ///< with the system that joins as many chips as it takes
  BandGrid grid;
  Reduction reduction;
  BandMapping mapped;
};

/// Keeps `most` periods of alike layers of a network and lays them out on as many chips as it
/// takes: one if that holds all of it, else those of the chip's system or of assumed_system() (see
/// layout_of()). ArgumentError where a mapping would stand otherwise; throws what
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
