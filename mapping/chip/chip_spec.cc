// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip_spec.h"

#include <fmt/format.h>

namespace ohm {

void MeshSpec::visit(Visitor& v) {
  v.value(Field("columns", "tiles in a row of the mesh").must().between(1, 4096), columns);
  v.value(Field("rows", "rows of tiles").must().between(1, 4096), rows);
  v.rule(columns * rows <= 65536, "columns",
         fmt::format("{} × {} = {} tiles; expected at most 65536 in a mesh: lower columns or rows",
                     columns, rows, columns * rows));
}

void BufferSpec::visit(Visitor& v) {
  v.value(Field("capacity", "bytes of the tile's buffer").must().positive(), capacity);
  v.value(Field("energy", "energy per byte read or written").must().at_least(0), energy);
  v.value(
      Field("bandwidth", "bytes per second, reads and writes together").must().between(1e3, 1e18),
      bandwidth);
  v.value(Field("area", "area of the buffer").must().at_least(0), area);
  v.value(Field("leakage", "static power, refresh included").at_least(0), leakage);
  v.value(Field("kv_share", "share of the capacity that may hold keys and values").between(0, 1),
          kv_share);
}

void ElementSpec::visit(Visitor& v) {
  v.value(Field("energy", "energy per element").must().at_least(0), energy);
  v.value(Field("cycles", "cycles of one lane per element").between(1, 1024), cycles);
}

void DigitalSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.value(Field("lanes", "elements per cycle").must().between(1, 1 << 20), lanes);
  v.value(Field("clock", "clock of the digital unit").must().between(1e3, 1e13), clock);
  v.nested(Field("softmax", "one element of a softmax"), softmax);
  v.nested(Field("norm", "one element of a layer normalisation"), norm);
  v.nested(Field("activation", "one element of an activation function"), activation);
  v.nested(Field("residual", "one sum of two elements"), residual);
  v.nested(Field("quantise", "one element made an integer"), quantise);
  v.nested(Field("dequantise", "one integer scaled, bias added"), dequantise);
  v.nested(Field("accumulate", "one sum of two partial sums"), accumulate);
  v.value(Field("attention_macs", "multiply-accumulates per cycle").must().between(1, 1 << 20),
          attention_macs);
  v.value(Field("attention_mac_energy", "energy of one of them").must().at_least(0),
          attention_mac_energy);
  v.value(Field("activation_bits", "bits of an element between digital operators").between(1, 64),
          activation_bits);
  v.value(Field("area", "area of the digital unit").must().at_least(0), area);
}

void NocSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.value(Field("flit_bits", "bits that a link carries per cycle").must().between(8, 65536),
          flit_bits);
  v.value(Field("clock", "clock of routers and links").must().between(1e3, 1e13), clock);
  v.value(Field("router_cycles", "cycles through a router").between(0, 1024), router_cycles);
  v.value(Field("link_cycles", "cycles over a link").between(0, 1024), link_cycles);
  v.value(Field("router_energy", "energy per byte and router").must().at_least(0), router_energy);
  v.value(Field("link_energy", "energy per byte and metre of link").must().at_least(0),
          link_energy);
  v.value(Field("router_area", "area of one router").must().at_least(0), router_area);
}

void DramSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.value(Field("bandwidth", "sustained bytes per second").must().between(1e3, 1e18), bandwidth);
  v.value(Field("energy", "energy per byte read or written").must().at_least(0), energy);
  v.value(Field("latency", "time to the first byte").must().between(0, 1), latency);
  v.value(Field("capacity", "bytes").must().positive(), capacity);
}

void ChipSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.nested_component(Field("macro", "the macro of every tile").must(), "macro", macro);
  v.rule(macro.weight.bits >= 2, "macro",
         "networks are quantised to weights of at least 2 bits; one-bit macros (xnor) are for "
         "single matrices");
  v.nested(Field("mesh", "tiles of the chip"), mesh);
  v.value(Field("macros_per_tile", "macros in a tile").must().between(1, 1 << 20), macros_per_tile);
  v.nested(Field("buffer", "memory of a tile"), buffer);
  v.nested_component(Field("digital", "digital unit of a tile").must(), "component", digital);
  v.nested_component(Field("noc", "network on chip").must(), "component", noc);
  v.nested_component(Field("dram", "memory beside the chip").must(), "component", dram);
  v.value(Field("head", "where the output matrix lives").one_of({"crossbar", "digital"}), head);
  v.value(Field("row_split", "how rows are split over arrays").one_of({"max", "equal"}), row_split);
  v.value(Field("kv_bits",
                "bits of a stored key or value; changes cost, not the score: accuracy computes "
                "attention in fp32")
              .between(8, 16),
          kv_bits);
  v.value(Field("leakage", "static power per area of tiles that are on").at_least(0), leakage);
  v.value(Field("gating", "which tiles are off").one_of({"unused_tiles", "none"}), gating);
  v.value(Field("reticle", "largest die of one exposure").positive(), reticle);
}

}  // namespace ohm
