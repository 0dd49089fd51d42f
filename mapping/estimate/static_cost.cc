// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/static_cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/part_cost.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/system/chip_dies.h"

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

Index chips_with_weights(const Chip& chip) {
  return chip.mesh.n_chips() - dies_without_weights(chip.spec);
}

/// Tiles that may hold weights, and those of them that are not off all the time.
std::pair<Index, Index> holding_and_powered(const Mapping& mapping) {
  const Index holding = mapping.chip.mesh.size() - tiles_of_dies(mapping.chip);
  const Index powered = mapping.chip.powered_tiles(mapping.placement.tiles_used);
  return {holding, std::min(powered, holding)};
}

/// Of `powered` tiles: whatever is powered beside the tiles in use is of the chip's own kind.
Index powered_of_kind(const Mapping& mapping, Index kind, Index powered) {
  const Placement& placement = mapping.placement;
  return placement.tiles_of(kind) + (kind == 0 ? powered - placement.tiles_used : 0);
}

/// What gating did to the tiles of one kind of macro.
struct GatedKind {
  double off = 0.0;  // picoseconds
  std::int64_t wake_ups = 0;
};

std::vector<GatedKind> gated_by_kind(const Mapping& mapping, const Gated& gated) {
  std::vector<GatedKind> kinds(mapping.chip.kinds.size());
  if (kinds.size() == 1) return {{gated.off_time(), gated.wake_ups}};
  const auto of_tile = mapping.tile_kinds();  // by tile, as the tiles of a gating rule are
  size_t entry = 0;
  for (const auto& [tile, kind] : of_tile) {
    if (entry == gated.off.size()) break;
    GatedKind& own = kinds[static_cast<size_t>(kind)];
    own.off += static_cast<double>(gated.off[entry]);
    own.wake_ups += gated.woken[entry];
    ++entry;
  }
  return kinds;
}

}  // namespace

double array_picoseconds(const Mapping& mapping, const Schedule& schedule) {
  double sum = 0.0;
  for (const double each : array_picoseconds_by_kind(mapping, schedule)) sum += each;
  return sum;
}

std::vector<double> array_picoseconds_by_kind(const Mapping& mapping, const Schedule& schedule) {
  std::vector<double> picoseconds(mapping.chip.kinds.size(), 0.0);
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    const Resource& resource = schedule.resources[r];
    if (resource.kind != ResourceKind::macros) continue;
    if (mapping.placement.copies(resource.number) == 0) continue;  // digital
    const auto m = static_cast<size_t>(resource.number);
    const Index kind = kind_of(mapping.network.matmuls[m], mapping.chip.spec).macro;
    picoseconds[static_cast<size_t>(kind)] +=
        static_cast<double>(schedule.busy[r]) *
        static_cast<double>(mapping.arrangement.of(resource.number, resource.copy).arrays);
  }
  return picoseconds;
}

Seconds longest_break_even(const Chip& chip) {
  Seconds longest;
  for (const TileKind& kind : chip.kinds) longest = std::max(longest, kind.power.break_even);
  return longest;
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
  rule.break_even = picoseconds(longest_break_even(mapping.chip));
  return rule;
}

void book_leakage(const Mapping& mapping, const Schedule& schedule, Ledger& ledger) {
  const Chip& chip = mapping.chip;
  const GatingSpec& gating = chip.spec.gating;
  const Seconds makespan(static_cast<double>(schedule.makespan) * 1e-12);
  const auto [holding, used] = holding_and_powered(mapping);
  const Index unused = holding - used;
  const std::vector<GatedKind> by_kind = gated_by_kind(mapping, schedule.gated);
  Joules on, kept, woken;
  for (size_t k = 0; k < chip.kinds.size(); ++k) {
    const Index tiles = powered_of_kind(mapping, static_cast<Index>(k), used);
    const TilePower& power = chip.kinds[k].power;
    const Seconds gated(by_kind[k].off * 1e-12);
    on += power.on * std::max(Seconds(), static_cast<double>(tiles) * makespan - gated);
    kept += power.gated * gated;
    woken += static_cast<double>(by_kind[k].wake_ups) * power.wake_energy;
  }
  kept += chip.power.off * (static_cast<double>(unused) * makespan);
  on += leakage_of_dies(chip) * makespan;
  ledger.book({"leakage", "", -1, "static"},
              static_energy(used + tiles_of_dies(chip), on,
                            "static power × powered time: macro.periphery, buffer and chip "
                            "leakage"));
  if (kept.si() > 0.0) {
    ledger.book(
        {"leakage_gated", "", -1, "static"},
        static_energy(unused + std::ssize(schedule.gated.off), kept,
                      "shares retained × gated time; routers in use are on: " + gating.source));
  }
  if (schedule.gated.wake_ups == 0) return;
  ledger.book({"wake_up", "", -1, "static"},
              static_energy(schedule.gated.wake_ups, woken,
                            "wake_energy and C·V² of the switched rail: " + gating.source));
}

Watts idle_power(const Mapping& mapping) {
  const Chip& chip = mapping.chip;
  const ChipSpec& spec = chip.spec;
  const auto [holding, used] = holding_and_powered(mapping);
  Watts sum;
  for (Index k = 0; k < spec.n_kinds(); ++k) {
    const TilePower& power = chip.kind(k).power;
    sum += static_cast<double>(powered_of_kind(mapping, k, used)) *
           (spec.gating.gates_idle_tiles() ? power.gated : power.on);
  }
  sum += static_cast<double>(holding - used) * chip.power.off + leakage_of_dies(chip);
  sum += static_cast<double>(mapping.chip.n_drams()) * spec.dram.background;
  for (Index k = 0; k < chip.n_edge_kinds(); ++k) {
    sum +=
        static_cast<double>(chip.n_links(k)) * chip.edges[static_cast<size_t>(k)].link.static_power;
  }
  const Technology at = spec.macro.periphery.technology();
  const auto add = [&](const std::vector<PartSpec>& parts, Index n) {
    for (const ComponentCost& part : part_power(parts, at)) {
      sum += static_cast<double>(n) * (part.cost.energy / Seconds(1.0));
    }
  };
  add(spec.parts, chips_with_weights(chip));
  for (const DieSpec& die : spec.dies) add(die.parts, std::ssize(die.at));
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
  const std::vector<double> worked = array_picoseconds_by_kind(mapping, schedule);
  const double makespan = static_cast<double>(schedule.makespan) * 1e-12;
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
  for (size_t k = 0; k < mapping.chip.kinds.size(); ++k) {
    const TileKind& kind = mapping.chip.kinds[k];
    const auto tiles = static_cast<double>(mapping.placement.tiles_of(static_cast<Index>(k)));
    const auto cores = static_cast<double>(kind.cores_per_tile(spec));
    const double seconds = worked[k] * 1e-12;
    book(spec.core.parts, seconds / static_cast<double>(spec.core.macros),
         tiles * cores * makespan);
    book(spec.tile.parts, seconds / static_cast<double>(kind.macros_per_tile), tiles * makespan);
  }
  const double each_chip = static_cast<double>(chips_with_weights(mapping.chip)) * makespan;
  book(spec.parts, each_chip, each_chip);
  for (const DieSpec& die : spec.dies) {
    const double each_die = static_cast<double>(std::ssize(die.at)) * makespan;
    book(die.parts, each_die, each_die);
  }
}

void book_area(const Mapping& mapping, Ledger& ledger) {
  const ChipSpec& spec = mapping.chip.spec;
  const auto tiles =
      static_cast<double>(mapping.placement.tiles_used + tiles_of_dies(mapping.chip));
  double cores = 0.0;
  for (size_t k = 0; k < mapping.chip.kinds.size(); ++k) {
    const TileKind& kind = mapping.chip.kinds[k];
    const auto own = static_cast<double>(mapping.placement.tiles_of(static_cast<Index>(k)));
    cores += own * static_cast<double>(kind.cores_per_tile(spec));
    const double macros = own * static_cast<double>(kind.macros_per_tile);
    for (const ComponentCost& part : macro_area(spec.macro_of(static_cast<Index>(k)))) {
      ledger.book({part.component, "", -1, "static"}, scaled(part.cost, macros));
    }
  }
  ledger.book({"buffer", "", -1, "static"},
              area_of(tiles, spec.buffer.area,
                      spec.buffer.source.empty() ? spec.source : spec.buffer.source));
  if (mapping.chip.attention) {
    const double arrays = tiles * static_cast<double>(spec.attention.arrays);
    ledger.book({"attention_engine", "", -1, "static"},
                scaled(mapping.chip.attention->area(), arrays));
  }
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
  book(spec.core.parts, cores);
  book(spec.tile.parts, tiles);
  book(spec.parts, static_cast<double>(chips_with_weights(mapping.chip)));
  for (const DieSpec& die : spec.dies) book(die.parts, static_cast<double>(std::ssize(die.at)));
  for (Index k = 0; k < mapping.chip.n_edge_kinds(); ++k) {
    const EdgeKind& edge = mapping.chip.edges[static_cast<size_t>(k)];
    if (mapping.chip.link_area(k).si() == 0.0) continue;
    ledger.book({link_component(edge.level), "", -1, "static"},
                area_of(1.0, mapping.chip.link_area(k), edge.link.source));
  }
}

}  // namespace ohm
