// SPDX-License-Identifier: Apache-2.0
#include "crossbar/part_spec.h"

#include <fmt/format.h>

namespace ohm {

void PartSpec::visit(Visitor& v) {
  v.value(Field("name", "what the table calls it").must(), name);
  v.value(Field("count", "instances in a block; below 1 where blocks share one").between(1e-6, 1e6),
          count);
  v.value(Field("power", "of one instance while its block works").at_least(0), power);
  v.value(Field("energy", "of one instance per action").at_least(0), energy);
  v.value(Field("per", "what an action is").one_of({"mvm", "step", "conversion", "row_drive"}),
          per);
  v.value(Field("area", "of one instance").at_least(0), area);
  v.value(Field("scaling",
                "none: as published; logic: from node and vdd of the source to those of "
                "the macro's periphery (Stillmaker and Baas 2017)")
              .one_of({"none", "logic"}),
          scaling);
  v.value(Field("node", "node of the source, for scaling").positive(), node);
  v.value(Field("vdd", "supply of the source, for scaling").positive(), vdd);
  v.value(Field("source", "paper and table, or: assumption").must(), source);
  v.rule(!name.empty(), "name", "empty; expected the name that the table gives the part");
  v.rule(!source.empty(), "source", "empty; expected paper and table, or: assumption");
  const std::string problem = scaling == "logic" ? technology_problem({node, vdd}) : "";
  v.rule(problem.empty(), "vdd", problem);
}

PartSpec scaled_part(const PartSpec& part, const Technology& target) {
  if (part.scaling == "none") return part;
  const Technology from{part.node, part.vdd, Process::high_performance};
  PartSpec scaled = part;
  scaled.energy = energy_scale(from, target) * part.energy;
  // the clock is kept, so that power follows energy
  scaled.power = energy_scale(from, target) * part.power;
  scaled.area = area_scale(part.node, target.node) * part.area;
  scaled.node = target.node;
  scaled.vdd = target.vdd;
  scaled.source = fmt::format(
      "{} (scaled {:.4g} nm {:.2f} V -> {:.4g} nm {:.2f} V, Stillmaker and Baas 2017)", part.source,
      part.node.si() * 1e9, part.vdd.si(), target.node.si() * 1e9, target.vdd.si());
  return scaled;
}

}  // namespace ohm
