// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/config/visitor.h"
#include "core/ledger.h"
#include "core/units.h"

namespace ohm {

/// One link between dies, packages or chips: both ends together, one direction.
struct LinkSpec {
  std::string name, source;
  JoulesPerByte energy{0.0};      ///< per byte, transmitter and receiver
  JoulesPerByte energy_low{0.0};  ///< 0: as energy
  JoulesPerByte energy_high{0.0};
  BytesPerSecond bandwidth{1.0};  ///< one direction
  Seconds latency{0.0};           ///< from die to die, one way
  SquareMetres area{0.0};         ///< of one end; 0: not published
  Metres beachfront{0.0};         ///< die edge of one end; 0: not published, or under the die
  Watts static_power{0.0};        ///< drawn without traffic

  void visit(Visitor& v);
  bool operator==(const LinkSpec&) const = default;
};

/// Energy and busy time of `bytes` over one link, for the ledger, with its range.
Cost link_cost(const LinkSpec& link, std::int64_t bytes);

/// Time from the first byte sent to the last received: latency + bytes / bandwidth.
Seconds transfer_time(const LinkSpec& link, std::int64_t bytes);

}  // namespace ohm
