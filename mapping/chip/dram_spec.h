// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/ledger.h"
#include "core/units.h"

namespace ohm {

/// Memory beside the chip: embedding tables, inputs, and keys and values that the buffers cannot
/// hold.
struct DramSpec {
  std::string name, source;
  BytesPerSecond bandwidth{1.0};  ///< sustained by long runs of addresses, all channels together
  JoulesPerByte energy{0.0};
  JoulesPerByte energy_low{0.0};   ///< 0: as energy
  JoulesPerByte energy_high{0.0};  ///< 0: as energy
  Seconds latency{0.0};
  Bytes capacity{0.0};
  BytesPerSecond peak{0.0};  ///< of the interface; 0: not stated
  Index channels = 1;        ///< independent ones
  double refresh = 0.0;      ///< share of time that refresh takes
  double random = 0.5;       ///< share of `bandwidth` that single bursts get
  Watts background{0.0};     ///< power without traffic, refresh included

  void visit(Visitor& v);
};

/// Energy of `bytes` read or written with its range, for the ledger.
Cost dram_cost(std::int64_t bytes, const DramSpec& dram);

/// Bytes per second of single bursts at random addresses.
BytesPerSecond random_bandwidth(const DramSpec& dram);

}  // namespace ohm
