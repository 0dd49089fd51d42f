// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/buffer_spec.h"

#include "crossbar/cost/memory_cost.h"

namespace ohm {
namespace {

void visit_given(BufferSpec& spec, Visitor& v) {
  v.value(Field("energy", "given: energy per byte read or written").must().at_least(0),
          spec.energy);
  v.value(Field("bandwidth", "given: bytes per second, reads and writes together")
              .must()
              .between(1e3, 1e18),
          spec.bandwidth);
  v.value(Field("area", "given: area of the buffer").must().at_least(0), spec.area);
  v.value(Field("leakage", "given: static power, refresh included").at_least(0), spec.leakage);
  v.value(Field("source", "given: where the figures come from; empty: the chip's"), spec.source);
}

void visit_derived(BufferSpec& spec, Visitor& v) {
  v.value(Field("node", "sram, edram: node of the memory").positive(), spec.node);
  v.value(Field("vdd", "sram, edram: supply of the memory").positive(), spec.vdd);
  const std::string problem = technology_problem({spec.node, spec.vdd, Process::high_performance});
  v.rule(problem.empty(), "vdd", problem);
  v.value(Field("width", "sram, edram: bits of one access").between(8, 65536), spec.width);
  v.value(Field("ports", "sram, edram: accesses per cycle").between(1, 16), spec.ports);
  v.value(Field("clock", "sram, edram: clock of the memory").between(1e3, 1e11), spec.clock);
}

}  // namespace

void BufferSpec::visit(Visitor& v) {
  v.value(Field("kind",
                "given: its figures are stated; sram, edram: they follow from capacity, width, "
                "ports, node and supply")
              .one_of({"given", "sram", "edram"}),
          kind);
  v.value(Field("capacity", "bytes of the tile's buffer").must().positive(), capacity);
  v.value(Field("kv_share", "share of the capacity that may hold keys and values").between(0, 1),
          kv_share);
  v.value(Field("when_full",
                "wait: a step starts when tiles have room for what it leaves there; grow: buffers "
                "are as large as the schedule wants")
              .one_of({"grow", "wait"}),
          when_full);
  kind == "given" ? visit_given(*this, v) : visit_derived(*this, v);
  // a broken rule is reported only after the visit
  if (technology_problem({node, vdd, Process::high_performance}).empty()) {
    *this = with_figures(*this);
  }
}

BufferSpec with_figures(const BufferSpec& spec) {
  if (spec.kind == "given") return spec;
  const Technology target{spec.node, spec.vdd, Process::high_performance};
  const MemoryShape shape{spec.capacity, spec.width, spec.ports};
  const MemoryCost cost =
      spec.kind == "sram" ? sram_cost(shape, target) : edram_cost(shape, target);
  const double bytes = static_cast<double>(spec.width) / 8.0;
  BufferSpec derived = spec;
  derived.energy = (cost.read + cost.write) / 2.0 / Bytes(bytes);
  derived.bandwidth = static_cast<double>(spec.ports) * Bytes(bytes) * spec.clock;
  derived.area = cost.area;
  derived.leakage = cost.leakage;
  derived.source = cost.source;
  return derived;
}

}  // namespace ohm
