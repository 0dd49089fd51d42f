// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// A repeated wire: what its energy follows from.
struct WireSpec {
  FaradsPerMetre c_wire{0.0};  ///< 0: the energy is stated
  Volts vdd{0.85};
  double transitions = 1.0;  ///< per bit; 0.5 of random bits
  double repeaters = 0.11;   ///< capacitance of repeaters / of the wire

  void visit(Visitor& v);
};

/// Routers and links of the mesh; wormhole switching, dimension order (first along the row).
struct NocSpec {
  std::string name, source;
  Index flit_bits = 256;
  Hertz clock{1e9};
  Index router_cycles = 2, link_cycles = 1;
  Index router_ports = 5;  ///< of one tile: four neighbours and itself; fewer where tiles share one
  JoulesPerByte router_energy{0.0};     ///< per router passed
  JoulesPerByteMetre link_energy{0.0};  ///< per length of link
  SquareMetres router_area{0.0};
  WireSpec wire;                    ///< given: link_energy follows from it
  std::string tile_wires = "none";  ///< between buffer and macros: none (not costed) | bus | htree

  void visit(Visitor& v);
};

}  // namespace ohm
