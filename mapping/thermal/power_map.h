// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/ledger.h"
#include "core/units.h"
#include "mapping/chip/map_network.h"

namespace ohm {

/// Where on the chip a workload turns energy into heat: means over its makespan, by tile.
struct PowerMap {
  std::vector<double> fixed;    ///< W; of operators and published parts
  std::vector<double> leakage;  ///< W; at the temperature at which the chip states it
  Watts outside;                ///< of what stands beside the chip: DRAM
};

/// Whether a leaf of the ledger is static power that grows with temperature.
bool is_leakage(const Leaf& leaf);

/// Deals out every joule of the ledger: a matrix to the tiles of all its copies, an expert's to
/// those of its whole group, by their blocks; attention evenly to the tiles of its layer, others to
/// the tile that holds their result, routers and links as the operator whose results they carry;
/// leakage and parts of cores and tiles evenly to the tiles that are powered, parts of the chip to
/// all.
///
/// The sum over tiles and `outside` is the ledger's energy / makespan. ArgumentError unless the
/// makespan is positive.
PowerMap power_map(const Mapping& mapping, const Ledger& ledger, Seconds makespan);

}  // namespace ohm
