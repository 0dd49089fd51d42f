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
  Index channels = 1;        ///< pieces that are served at a time, each at its share of bandwidth
  double refresh = 0.0;      ///< share of time that refresh takes
  double random = 0.5;       ///< share of `bandwidth` that single bursts get
  Watts background{0.0};     ///< power without traffic, refresh included
  BytesPerSecond write_bandwidth{0.0};  ///< 0: as bandwidth
  JoulesPerByte write_energy{0.0};      ///< 0: as energy
  double endurance = 0.0;               ///< writes that half of the cells survive; 0: no limit

  void visit(Visitor& v);
};

/// Energy of `bytes` read or written with its range, for the ledger.
Cost dram_cost(std::int64_t bytes, const DramSpec& dram);

/// How addresses follow each other.
enum class DramAccess {
  run,  ///< a long run of addresses, spread over all channels: weights, stored keys and values
  scattered,  ///< a short piece of its own in one channel: an embedding row, one position's keys
};

/// Share of the memory's time that a transfer takes: bytes / bandwidth, of which scattered pieces
/// get `random`. Other channels serve others meanwhile.
Seconds occupation(const DramSpec& dram, std::int64_t bytes, DramAccess access);

/// Time of one transfer from its request to its last byte: latency, and its occupation, in which
/// each of its scattered `pieces` has one of `channels` to itself, so that few pieces take longer.
Seconds access_time(const DramSpec& dram, std::int64_t bytes, DramAccess access, Index pieces = 1);

/// Energy of `bytes` written, for the ledger; that of dram_cost() unless it is stated.
Cost dram_write_cost(std::int64_t bytes, const DramSpec& dram);

/// Energy of what the memory draws without traffic, for the ledger.
Cost background_cost(const DramSpec& dram, Seconds time);

}  // namespace ohm
