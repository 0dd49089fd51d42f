// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/power_gates.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/structure/bands.h"

namespace ohm {

/// What gating does to the tiles of all layers, from events on those that are kept.
///
/// A tile is powered as long, and wakes as often, as that of the kept layer which stands for its
/// own; all else of the makespan it is gated. Exact where the waits between tokens are gated among
/// few layers already (among all layers they are longer still). The kept experts' mean stands for
/// tiles of experts that are not listed.
class GatedLayers {
 public:
  /// All outlive it.
  GatedLayers(const Mapping& mapping, const std::vector<Band>& bands, const Reduction& reduction);

  /// One more pass through the kept layers. ArgumentError for more than 10^7 steps.
  void add(const TokenPlan& plan, const Request& pass);

  /// Over the makespan of all passes and layers.
  Gated over(Picoseconds makespan) const;

 private:
  struct Tile {
    std::int64_t powered = 0, woken = 0, number = 0;  ///< number: tiles that it stands for
  };

  const Mapping& mapping_;
  std::vector<Tile> tiles_;  // of the gating rule, then one per band for experts not listed
  std::vector<std::vector<size_t>> experts_;  // by band: its tiles of listed experts
  std::vector<Index> unlisted_;               // by band: tiles that no block lies in
  std::vector<Index> layers_;                 // by band: that it stands for
};

}  // namespace ohm
