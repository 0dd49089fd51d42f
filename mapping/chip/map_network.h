// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mapping/chip/arrange.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/partition.h"
#include "mapping/chip/place.h"
#include "mapping/chip/transfers.h"
#include "mapping/network/network.h"
#include "mapping/system/route.h"
#include "mapping/verify/verify_copies.h"

namespace ohm {

/// Bytes × links of one token over the network on chip, and what no placement of these tiles beats;
/// where copies share the tokens, each carries an equal part. A link between chips counts as
/// Chip::crossing_costs() of those on chip.
struct Traffic {
  std::int64_t link_bytes = 0, lower_bound = 0;
  std::int64_t start_link_bytes = 0;  ///< before the annealing

  /// Share of the traffic above its lower bound.
  double gap() const {
    if (lower_bound == 0) return 0.0;
    return static_cast<double>(link_bytes - lower_bound) / static_cast<double>(lower_bound);
  }
};

/// A network on a chip: partitioned, copied, packed, placed, routed and verified.
struct Mapping {
  Network network;
  Chip chip;
  Partition partition;
  Arrangement arrangement;
  Placement placement;
  std::vector<Transfer> transfers;
  std::vector<Route> routes;  ///< by transfer
  Traffic traffic;
  Verification verification;

  /// The blocks of all copies and the cells they lie in.
  std::vector<StoredBlock> stored_blocks() const;
  /// By tile in use: the kind of its macros.
  std::map<Index, Index> tile_kinds() const;
  /// Bytes of the matrices that are not in crossbars.
  std::int64_t weights_in_dram() const;
};

/// Maps a network onto a chip, or onto the chips of its system, as chip.map and layout_of() say;
/// ConfigError if it does not fit, or where a rule of map.matrices matches nothing.
Mapping map_network(const Network& network, const ChipSpec& chip);

}  // namespace ohm
