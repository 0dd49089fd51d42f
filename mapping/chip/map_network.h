// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mapping/chip/chip.h"
#include "mapping/chip/partition.h"
#include "mapping/chip/place.h"
#include "mapping/chip/transfers.h"
#include "mapping/chip/verify.h"
#include "mapping/network/network.h"
#include "mapping/system/route.h"

namespace ohm {

/// Bytes × links of one token over the network on chip, and what no placement of these tiles beats.
struct Traffic {
  std::int64_t link_bytes = 0, lower_bound = 0;

  /// Share of the traffic above its lower bound.
  double gap() const {
    if (lower_bound == 0) return 0.0;
    return static_cast<double>(link_bytes - lower_bound) / static_cast<double>(lower_bound);
  }
};

/// A network on a chip: partitioned, placed, routed and verified.
struct Mapping {
  Network network;
  Chip chip;
  Partition partition;
  Placement placement;
  std::vector<Transfer> transfers;
  std::vector<Route> routes;  ///< by transfer
  Traffic traffic;
  Verification verification;
};

/// Maps a network onto a chip, or onto the chips of its system; ConfigError if it does not fit.
Mapping map_network(const Network& network, const ChipSpec& chip);

}  // namespace ohm
