// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/tile_wires.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace ohm {

JoulesPerByteMetre wire_energy(const WireSpec& wire) {
  const double volts = wire.vdd.si();
  return JoulesPerByteMetre(8.0 * wire.transitions * 0.5 * wire.c_wire.si() * volts * volts *
                            (1.0 + wire.repeaters));
}

Metres tile_wire_length(const std::string& kind, Index macros, Metres side) {
  if (macros < 1) {
    throw ArgumentError(fmt::format("tile wires: {} macros; expected at least 1", macros));
  }
  if (kind == "none") return Metres(0.0);
  const double rows = std::ceil(std::sqrt(static_cast<double>(macros)));
  if (kind == "bus") return (1.0 + rows) * side;
  if (kind != "htree") {
    throw ArgumentError(fmt::format("tile wires: '{}'; expected one of: none, bus, htree", kind));
  }
  double path = 0.5, leaves = 1.0, branch = 0.5;
  for (; leaves < static_cast<double>(macros); leaves *= 4.0, branch /= 2.0) path += branch;
  return path * side;
}

JoulesPerByte tile_wire_energy(const NocSpec& noc, Index macros, Metres side) {
  return noc.link_energy * tile_wire_length(noc.tile_wires, macros, side);
}

}  // namespace ohm
