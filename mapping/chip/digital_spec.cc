// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/digital_spec.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "crossbar/cost/unit_cost.h"

namespace ohm {
namespace {

struct Operation {
  const char* name;
  const std::vector<PublishedFigure>& figures;
  double OperationCounts::*count;
};

std::array<Operation, 5> operations(const DigitalSpec& spec) {
  return {{{"multiply", spec.multiply, &OperationCounts::multiplies},
           {"add", spec.add, &OperationCounts::adds},
           {"int_multiply", spec.int_multiply, &OperationCounts::int_multiplies},
           {"int_add", spec.int_add, &OperationCounts::int_adds},
           {"lookup", spec.lookup, &OperationCounts::lookups}}};
}

using Named = std::pair<const char*, ElementSpec*>;

std::array<Named, 13> elements(DigitalSpec& spec) {
  return {{{"softmax", &spec.softmax},
           {"norm", &spec.norm},
           {"activation", &spec.activation},
           {"residual", &spec.residual},
           {"quantise", &spec.quantise},
           {"dequantise", &spec.dequantise},
           {"accumulate", &spec.accumulate},
           {"gelu", &spec.gelu},
           {"silu", &spec.silu},
           {"rope", &spec.rope},
           {"rmsnorm", &spec.rmsnorm},
           {"gate", &spec.gate},
           {"combine", &spec.combine}}};
}

/// Operations × figures, at the node of the unit.
UnitCost sum_of(const OperationCounts& counts, const DigitalSpec& spec) {
  UnitCost sum;
  for (const Operation& operation : operations(spec)) {
    const double n = counts.*operation.count;
    if (n == 0.0) continue;
    const UnitCost each = scaled_by(scaled_cost(operation.figures, spec.technology()), n);
    sum.energy += each.energy;
    sum.energy_low += each.energy_low;
    sum.energy_high += each.energy_high;
    sum.area += each.area;
  }
  return sum;
}

void check_figures(const DigitalSpec& spec, const OperationCounts& counts, const char* key,
                   Visitor& v) {
  for (const Operation& operation : operations(spec)) {
    v.rule(counts.*operation.count == 0.0 || !operation.figures.empty(), key,
           fmt::format("counts operations of '{}', which has no published figure; add {}: "
                       "[{{energy, area, node, vdd, source}}]",
                       operation.name, operation.name));
  }
}

void visit_cycles(ElementSpec& element, Visitor& v) {
  v.value(Field("cycles", "cycles of one lane per element").between(1, 1024), element.cycles);
}

void visit_operations(DigitalSpec& spec, Visitor& v) {
  v.value(Field("node", "node of the unit").positive(), spec.node);
  v.value(Field("vdd", "supply of the unit").positive(), spec.vdd);
  const std::string problem = technology_problem(spec.technology());
  v.rule(problem.empty(), "vdd", problem);
  v.nested_list(Field("multiply", "floating-point product"), spec.multiply);
  v.nested_list(Field("add", "floating-point sum"), spec.add);
  v.nested_list(Field("int_multiply", "int8 product"), spec.int_multiply);
  v.nested_list(Field("int_add", "int32 sum"), spec.int_add);
  v.nested_list(Field("lookup", "read of a table: exponential, reciprocal"), spec.lookup);
  v.value(Field("control_energy", "clock and control / energy of the operations").between(0, 10),
          spec.control_energy);
}

/// An element that a unit may leave out, and that has no energy but that of its operations.
void visit_counted(const Field& field, ElementSpec& element, Visitor& v) {
  v.group(field, [&](Visitor& inner) {
    element.counts.visit(inner);
    visit_cycles(element, inner);
  });
}

void visit_elements(DigitalSpec& spec, Visitor& v) {
  v.nested(Field("softmax", "one element of a softmax"), spec.softmax);
  v.nested(Field("norm", "one element of a layer normalisation"), spec.norm);
  v.nested(Field("activation", "one element of an activation function"), spec.activation);
  v.nested(Field("residual", "one sum of two elements"), spec.residual);
  v.nested(Field("quantise", "one element made an integer"), spec.quantise);
  v.nested(Field("dequantise", "one integer scaled, bias added"), spec.dequantise);
  v.nested(Field("accumulate", "one sum of two partial sums"), spec.accumulate);
  visit_counted(Field("gelu", "one element of a GELU"), spec.gelu, v);
  visit_counted(Field("silu", "one element of a SiLU"), spec.silu, v);
  visit_counted(Field("rope", "one element of a rotary position embedding"), spec.rope, v);
  visit_counted(Field("rmsnorm", "one element of a root-mean-square normalisation"), spec.rmsnorm,
                v);
  visit_counted(Field("gate", "one product of two elements"), spec.gate, v);
  visit_counted(Field("combine", "one element scaled and added: a weighted sum"), spec.combine, v);
}

void derive(DigitalSpec& spec, Visitor& v) {
  for (const auto& [key, element] : elements(spec)) {
    element->energy_low = element->energy_high = element->energy;
    if (!element->counts.any()) continue;
    check_figures(spec, element->counts, key, v);
    const UnitCost cost = scaled_by(sum_of(element->counts, spec), 1.0 + spec.control_energy);
    element->energy = cost.energy;
    element->energy_low = cost.energy_low;
    element->energy_high = cost.energy_high;
  }
  spec.attention_mac_low = spec.attention_mac_high = spec.attention_mac_energy;
  if (!spec.attention_mac.any()) return;
  check_figures(spec, spec.attention_mac, "attention_mac", v);
  const UnitCost mac = scaled_by(sum_of(spec.attention_mac, spec), 1.0 + spec.control_energy);
  spec.attention_mac_energy = mac.energy;
  spec.attention_mac_low = mac.energy_low;
  spec.attention_mac_high = mac.energy_high;
}

std::string sources(const DigitalSpec& spec) {
  std::string text;
  for (const Operation& operation : operations(spec)) {
    if (operation.figures.empty()) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", operation.name,
                        scaled_cost(operation.figures, spec.technology()).source);
  }
  return text;
}

std::string source_of(const DigitalSpec& unit) {
  return unit.derived_source.empty() ? unit.source : unit.derived_source;
}

Cost with_range(std::int64_t count, const std::array<Joules, 3>& each, const DigitalSpec& unit) {
  const auto n = static_cast<double>(count);
  Cost cost;
  cost.count = count;
  cost.energy_low = n * each[0];
  cost.energy = n * each[1];
  cost.energy_high = n * each[2];
  cost.source = source_of(unit);
  return cost;
}

}  // namespace

void OperationCounts::visit(Visitor& v) {
  v.value(Field("multiplies", "floating-point products").between(0, 1e6), multiplies);
  v.value(Field("adds", "floating-point sums").between(0, 1e6), adds);
  v.value(Field("int_multiplies", "int8 products").between(0, 1e6), int_multiplies);
  v.value(Field("int_adds", "int32 sums").between(0, 1e6), int_adds);
  v.value(Field("lookups", "reads of a table").between(0, 1e6), lookups);
}

void ElementSpec::visit(Visitor& v) {
  counts.visit(v);
  if (!counts.any()) {
    v.value(Field("energy", "energy per element; left out where its operations are counted")
                .must()
                .at_least(0),
            energy);
  }
  visit_cycles(*this, v);
}

void DigitalSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  visit_operations(*this, v);
  v.value(
      Field("lanes", "elements per cycle; 0: the chip has no such unit").must().between(0, 1 << 20),
      lanes);
  v.nested(Field("lane", "units in one lane, for the area"), lane);
  v.value(Field("clock", "clock of the digital unit").must().between(1e3, 1e13), clock);
  visit_elements(*this, v);
  v.value(
      Field("attention_macs", "multiply-accumulates per cycle; 0: none").must().between(0, 1 << 20),
      attention_macs);
  v.nested(Field("attention_mac", "operations of one multiply-accumulate"), attention_mac);
  if (!attention_mac.any()) {
    v.value(Field("attention_mac_energy",
                  "energy of one; left out where the operations of attention_mac are counted")
                .must()
                .at_least(0),
            attention_mac_energy);
  }
  v.value(Field("activation_bits", "bits of an element between digital operators").between(1, 64),
          activation_bits);
  const bool has_units = lane.any() || attention_mac.any();
  if (!has_units) v.value(Field("area", "area of the unit").must().at_least(0), area);
  const bool whole = (lane.any() || lanes == 0) && (attention_mac.any() || attention_macs == 0);
  v.rule(!has_units || whole, lane.any() ? "attention_mac" : "lane",
         "the area is that of the units which lane and attention_mac count, and one of the two "
         "counts none; expected both, or neither and an area");
  check_figures(*this, lane, "lane", v);
  // a broken rule is reported only after the visit
  if (!technology_problem(technology()).empty()) return;
  derive(*this, v);
  derived_source = sources(*this);
  if (!has_units) return;
  area = static_cast<double>(lanes) * sum_of(lane, *this).area +
         static_cast<double>(attention_macs) * sum_of(attention_mac, *this).area;
}

const ElementSpec& activation_element(const DigitalSpec& unit, const std::string& function) {
  const bool gelu = function == "gelu" || function == "gelu_tanh";
  if (gelu && unit.gelu.counts.any()) return unit.gelu;
  if (function == "silu" && unit.silu.counts.any()) return unit.silu;
  return unit.activation;
}

const ElementSpec& rope_element(const DigitalSpec& unit) {
  return unit.rope.counts.any() ? unit.rope : unit.activation;
}

const ElementSpec& norm_element(const DigitalSpec& unit, const std::string& kind) {
  return kind == "rmsnorm" && unit.rmsnorm.counts.any() ? unit.rmsnorm : unit.norm;
}

const ElementSpec& gate_element(const DigitalSpec& unit) {
  return unit.gate.counts.any() ? unit.gate : unit.residual;
}

const ElementSpec& combine_element(const DigitalSpec& unit) {
  return unit.combine.counts.any() ? unit.combine : unit.dequantise;
}

Cost element_cost(std::int64_t count, const ElementSpec& each, const DigitalSpec& unit) {
  return with_range(count, {each.energy_low, each.energy, each.energy_high}, unit);
}

Cost mac_cost(std::int64_t count, const DigitalSpec& unit) {
  return with_range(
      count, {unit.attention_mac_low, unit.attention_mac_energy, unit.attention_mac_high}, unit);
}

}  // namespace ohm
