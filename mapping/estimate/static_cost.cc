// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/static_cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/part_cost.h"

namespace ohm {
namespace {

Cost scaled(const Cost& each, double n) {
  Cost cost = each;
  cost.count = 0;  // an area is no action
  cost.area = n * each.area;
  cost.area_low = n * each.area_low;
  cost.area_high = n * each.area_high;
  return cost;
}

Cost area_of(double n, SquareMetres each, const std::string& source) {
  Cost cost;
  cost.area = cost.area_low = cost.area_high = n * each;
  cost.source = source;
  return cost;
}

/// Whole picoseconds; what is exact in decimals stays so.
Picoseconds picoseconds(Seconds time) {
  constexpr double kRounding = 1e-6, kLongest = 1e18;
  const double exact = time.si() * 1e12;
  if (exact >= kLongest) return std::numeric_limits<Picoseconds>::max();
  return static_cast<Picoseconds>(std::floor(exact + kRounding));
}

/// `tiles` take so much energy over the makespan.
Cost static_energy(Index tiles, Joules energy, const std::string& source) {
  Cost cost;
  cost.count = tiles;
  cost.energy = cost.energy_low = cost.energy_high = energy;
  cost.source = source;
  return cost;
}

}  // namespace

double array_picoseconds(const Mapping& mapping, const Schedule& schedule) {
  double picoseconds = 0.0;
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    const Resource& resource = schedule.resources[r];
    if (resource.kind != ResourceKind::macros) continue;
    if (mapping.placement.copies(resource.number) == 0) continue;  // digital
    picoseconds +=
        static_cast<double>(schedule.busy[r]) *
        static_cast<double>(mapping.arrangement.of(resource.number, resource.copy).arrays);
  }
  return picoseconds;
}

GatingRule gating_rule(const Mapping& mapping, const TokenPlan& plan) {
  GatingRule rule;
  if (!mapping.chip.spec.gating.gates_idle_tiles()) return rule;
  for (const Slot& slot : mapping.placement.slots) rule.tiles.push_back(slot.tile);
  std::sort(rule.tiles.begin(), rule.tiles.end());
  rule.tiles.erase(std::unique(rule.tiles.begin(), rule.tiles.end()), rule.tiles.end());
  for (const Resource& resource : plan.resources) {
    std::vector<Index>& works = rule.tiles_of.emplace_back();
    if (resource.kind == ResourceKind::macros) {
      works = mapping.placement.site(resource.number, resource.copy).tiles;
    } else if (resource.kind == ResourceKind::digital || resource.kind == ResourceKind::attention) {
      works = {resource.number};
    }
  }
  rule.ahead = mapping.chip.spec.gating.wake == "ahead";
  rule.wake_time = picoseconds(mapping.chip.power.wake_time);
  rule.break_even = picoseconds(mapping.chip.power.break_even);
  return rule;
}

void book_leakage(const Mapping& mapping, const Schedule& schedule, Ledger& ledger) {
  const TilePower& power = mapping.chip.power;
  const GatingSpec& gating = mapping.chip.spec.gating;
  const Seconds makespan(static_cast<double>(schedule.makespan) * 1e-12);
  const Index used = mapping.chip.powered_tiles(mapping.placement.tiles_used);
  const Index unused = mapping.chip.mesh.size() - used;
  const Seconds gated(schedule.gated.off_time() * 1e-12);
  const Seconds powered = std::max(Seconds(), static_cast<double>(used) * makespan - gated);
  ledger.book({"leakage", "", -1, "static"},
              static_energy(used, power.on * powered,
                            "static power × powered time: macro.periphery, buffer and chip "
                            "leakage"));
  const Joules kept = power.gated * gated + power.off * (static_cast<double>(unused) * makespan);
  if (kept.si() > 0.0) {
    ledger.book(
        {"leakage_gated", "", -1, "static"},
        static_energy(unused + std::ssize(schedule.gated.off), kept,
                      "shares retained × gated time; routers in use are on: " + gating.source));
  }
  if (schedule.gated.wake_ups == 0) return;
  ledger.book({"wake_up", "", -1, "static"},
              energy_of(schedule.gated.wake_ups, power.wake_energy,
                        "wake_energy and C·V² of the switched rail: " + gating.source));
}

Watts idle_power(const Mapping& mapping) {
  const ChipSpec& spec = mapping.chip.spec;
  const TilePower& power = mapping.chip.power;
  const Index used = mapping.chip.powered_tiles(mapping.placement.tiles_used);
  const Watts each = spec.gating.gates_idle_tiles() ? power.gated : power.on;
  Watts sum = static_cast<double>(used) * each +
              static_cast<double>(mapping.chip.mesh.size() - used) * power.off;
  sum += static_cast<double>(mapping.chip.n_drams()) * spec.dram.background;
  for (Index k = 0; k < mapping.chip.mesh.n_levels(); ++k) {
    sum += static_cast<double>(mapping.chip.n_links(k)) *
           spec.system[static_cast<size_t>(k)].link.static_power;
  }
  const auto chips = static_cast<double>(mapping.chip.mesh.n_chips());
  for (const ComponentCost& part : part_power(spec.parts, spec.macro.periphery.technology())) {
    sum += chips * (part.cost.energy / Seconds(1.0));
  }
  return sum;
}

void book_background(const Mapping& mapping, const Schedule& schedule, Ledger& ledger) {
  const DramSpec& dram = mapping.chip.spec.dram;
  if (dram.background.si() == 0.0) return;
  const Seconds makespan(static_cast<double>(schedule.makespan) * 1e-12);
  ledger.book({"dram_background", "", -1, "static"},
              background_cost(dram, static_cast<double>(mapping.chip.n_drams()) * makespan));
}

void book_parts(const Mapping& mapping, const Schedule& schedule, Ledger& ledger) {
  const ChipSpec& spec = mapping.chip.spec;
  const Technology at = spec.macro.periphery.technology();
  const double worked = array_picoseconds(mapping, schedule) * 1e-12;
  const double makespan = static_cast<double>(schedule.makespan) * 1e-12;
  const auto tiles = static_cast<double>(mapping.placement.tiles_used);
  const auto book = [&](const std::vector<PartSpec>& parts, double seconds, double longest) {
    for (const ComponentCost& each : part_power(parts, at)) {
      Cost cost = each.cost;  // of one second
      cost.energy_low = seconds * each.cost.energy;
      cost.energy_high = std::max(seconds, longest) * each.cost.energy;
      cost.energy = cost.energy_low;
      cost.busy = Seconds(seconds);
      ledger.book({each.component, "", -1, "static"}, cost);
    }
  };
  const auto cores = static_cast<double>(spec.cores_per_tile());
  book(spec.core.parts, worked / static_cast<double>(spec.core.macros), tiles * cores * makespan);
  book(spec.tile.parts, worked / static_cast<double>(spec.macros_per_tile), tiles * makespan);
  const double each_chip = static_cast<double>(mapping.chip.mesh.n_chips()) * makespan;
  book(spec.parts, each_chip, each_chip);
}

void book_area(const Mapping& mapping, Ledger& ledger) {
  const ChipSpec& spec = mapping.chip.spec;
  const auto tiles = static_cast<double>(mapping.placement.tiles_used);
  const double macros = tiles * static_cast<double>(spec.macros_per_tile);
  for (const ComponentCost& part : macro_area(spec.macro)) {
    ledger.book({part.component, "", -1, "static"}, scaled(part.cost, macros));
  }
  ledger.book({"buffer", "", -1, "static"},
              area_of(tiles, spec.buffer.area,
                      spec.buffer.source.empty() ? spec.source : spec.buffer.source));
  ledger.book({"digital", "", -1, "static"},
              area_of(tiles, spec.digital.area, spec.digital.source));
  ledger.book({"noc_router", "", -1, "static"},
              area_of(tiles, spec.noc.router_area, spec.noc.source));
  const Technology at = spec.macro.periphery.technology();
  const auto book = [&](const std::vector<PartSpec>& parts, double n) {
    for (const ComponentCost& part : part_area(parts, at)) {
      ledger.book({part.component, "", -1, "static"}, scaled(part.cost, n));
    }
  };
  book(spec.core.parts, tiles * static_cast<double>(spec.cores_per_tile()));
  book(spec.tile.parts, tiles);
  book(spec.parts, static_cast<double>(mapping.chip.mesh.n_chips()));
  for (Index k = 0; k < mapping.chip.mesh.n_levels(); ++k) {
    const LinkSpec& link = spec.system[static_cast<size_t>(k)].link;
    if (mapping.chip.link_area(k).si() == 0.0) continue;
    ledger.book({link_component(k), "", -1, "static"},
                area_of(1.0, mapping.chip.link_area(k), link.source));
  }
}

}  // namespace ohm
