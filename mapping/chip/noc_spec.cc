// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/noc_spec.h"

#include "mapping/chip/tile_wires.h"

namespace ohm {

void WireSpec::visit(Visitor& v) {
  v.value(Field("c_wire", "capacitance per length; 0 F/m: link_energy is stated").at_least(0),
          c_wire);
  v.value(Field("vdd", "swing of the wire").positive(), vdd);
  v.value(Field("transitions", "transitions per bit; 0.5 of random bits").between(0, 1),
          transitions);
  v.value(Field("repeaters", "capacitance of repeaters / of the wire").between(0, 10), repeaters);
}

void NocSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.value(Field("flit_bits", "bits that a link carries per cycle").must().between(8, 65536),
          flit_bits);
  v.value(Field("clock", "clock of routers and links").must().between(1e3, 1e13), clock);
  v.value(Field("router_cycles", "cycles through a router").between(0, 1024), router_cycles);
  v.value(Field("router_ports",
                "ports per tile, each with one flit per cycle at full load; fewer than five where "
                "tiles share a router")
              .between(1, 64),
          router_ports);
  v.value(Field("link_cycles", "cycles over a link").between(0, 1024), link_cycles);
  v.value(Field("router_energy", "energy per byte and router").must().at_least(0), router_energy);
  v.nested(Field("wire", "capacitance and swing of the links"), wire);
  if (wire.c_wire.si() > 0.0) {
    link_energy = wire_energy(wire);
  } else {
    v.value(Field("link_energy", "energy per byte and metre of link; left out where wire is given")
                .must()
                .at_least(0),
            link_energy);
  }
  v.value(Field("router_area", "area of one router").must().at_least(0), router_area);
  v.value(Field("tile_wires", "wires between the buffer and the macros of a tile; none: not costed")
              .one_of({"none", "bus", "htree"}),
          tile_wires);
}

}  // namespace ohm
