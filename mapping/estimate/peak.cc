// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/peak.h"

#include <algorithm>
#include <utility>

#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/mvm_energy.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/geometry.h"
#include "mapping/chip/tile_wires.h"
#include "mapping/system/chip_dies.h"

namespace ohm {
namespace {

PeakPart fixed_power(const std::string& component, Watts power, const std::string& source) {
  PeakPart part;
  part.component = component;
  part.power = part.power_low = part.power_high = power;
  part.source = source;
  return part;
}

PeakPart fixed(const std::string& component, Watts power, SquareMetres area,
               const std::string& source) {
  PeakPart part = fixed_power(component, power, source);
  part.area = part.area_low = part.area_high = area;
  return part;
}

/// Adds to the component of the same name, so that a block lists each once.
void add(std::vector<PeakPart>& parts, const PeakPart& part) {
  const auto same = std::find_if(parts.begin(), parts.end(),
                                 [&](const PeakPart& p) { return p.component == part.component; });
  if (same == parts.end()) return parts.push_back(part);
  same->power += part.power;
  same->power_low += part.power_low;
  same->power_high += part.power_high;
  same->area += part.area;
  same->area_low += part.area_low;
  same->area_high += part.area_high;
  if (same->source.empty()) same->source = part.source;
}

void add_energy(std::vector<PeakPart>& parts, const ComponentCost& cost, Seconds over) {
  PeakPart part;
  part.component = cost.component;
  part.power = cost.cost.energy / over;
  part.power_low = cost.cost.energy_low / over;
  part.power_high = cost.cost.energy_high / over;
  part.source = cost.cost.source;
  add(parts, part);
}

void add_area(std::vector<PeakPart>& parts, const ComponentCost& cost) {
  PeakPart part;
  part.component = cost.component;
  part.area = cost.cost.area;
  part.area_low = cost.cost.area_low;
  part.area_high = cost.cost.area_high;
  part.source = cost.cost.source;
  add(parts, part);
}

void add_published(std::vector<PeakPart>& parts, const std::vector<PartSpec>& published,
                   const Technology& at) {
  for (const ComponentCost& cost : part_power(published, at)) {
    add_energy(parts, cost, Seconds(1.0));
  }
  for (const ComponentCost& cost : part_area(published, at)) add_area(parts, cost);
}

PeakPart times(double n, PeakPart part) {
  part.power = n * part.power;
  part.power_low = n * part.power_low;
  part.power_high = n * part.power_high;
  part.area = n * part.area;
  part.area_low = n * part.area_low;
  part.area_high = n * part.area_high;
  return part;
}

/// A block of `n` of the level below.
PeakLevel block_of(double n, const PeakLevel& below, const std::string& name, Index count) {
  PeakLevel level = below;
  level.name = name;
  level.count = count;
  level.macros = n * below.macros;
  level.ops_per_s = n * below.ops_per_s;
  level.weights = n * below.weights;
  for (PeakPart& part : level.parts) part = times(n, part);
  return level;
}

PeakLevel macro_level(const MacroSpec& macro, const Peak& peak,
                      const std::vector<ComponentCost>& energies) {
  PeakLevel level;
  level.name = "macro";
  const Seconds interval = peak.timing.interval;
  level.ops_per_s = 2.0 * static_cast<double>(peak.macs_per_mvm) / interval.si();
  level.weights = Bytes(static_cast<double>(peak.macs_per_mvm * macro.weight.bits) / 8.0);
  for (const ComponentCost& part : energies) add_energy(level.parts, part, interval);
  for (const ComponentCost& part : macro_area(macro)) add_area(level.parts, part);
  const Watts leakage = macro_leakage(macro);
  if (leakage.si() > 0.0) {
    add(level.parts, fixed_power("leakage", leakage, "periphery.leakage × area but the cells"));
  }
  return level;
}

/// Every lane busy with the dearest operator per cycle, every multiplier busy.
PeakPart digital_part(const DigitalSpec& unit) {
  PeakPart dearest;
  for (const ElementSpec& element :
       {unit.softmax, unit.norm, unit.activation, unit.gelu, unit.silu, unit.rope, unit.residual,
        unit.quantise, unit.dequantise, unit.accumulate}) {
    std::vector<PeakPart> lanes;
    const Seconds time(static_cast<double>(element.cycles) / unit.clock.si());
    add_energy(lanes, {"digital", element_cost(unit.lanes, element, unit)}, time);
    if (lanes.front().power > dearest.power) dearest = lanes.front();
  }
  std::vector<PeakPart> parts{fixed("digital", {}, unit.area, unit.source)};
  add(parts, {"digital", dearest.power, dearest.power_low, dearest.power_high, {}, {}, {}, {}});
  add_energy(parts, {"digital", mac_cost(unit.attention_macs, unit)},
             Seconds(1.0 / unit.clock.si()));
  return parts.front();
}

Bytes flit(const NocSpec& noc) {
  return Bytes(static_cast<double>(noc.flit_bits) / 8.0);
}

void add_tile_parts(const Chip& chip, std::vector<PeakPart>& parts) {
  const ChipSpec& spec = chip.spec;
  const NocSpec& noc = spec.noc;
  const double ports = static_cast<double>(noc.router_ports);
  add(parts, fixed("buffer", spec.buffer.energy * spec.buffer.bandwidth, spec.buffer.area,
                   "energy per byte × bandwidth: " +
                       (spec.buffer.source.empty() ? spec.source : spec.buffer.source)));
  const JoulesPerByte wires = tile_wire_energy(noc, spec.macros_per_tile, chip.link_length);
  if (wires.si() > 0.0) {
    // a byte that goes through the buffer is written and read, and moves over the wires once
    add(parts, fixed_power("tile_wires", 0.5 * (wires * spec.buffer.bandwidth), noc.source));
  }
  if (spec.digital.lanes > 0 || spec.digital.area.si() > 0.0) {
    add(parts, digital_part(spec.digital));
  }
  add(parts, fixed("noc_router", ports * (noc.router_energy * flit(noc) * noc.clock),
                   noc.router_area, noc.source));
  const Watts leakage = spec.buffer.leakage + spec.leakage * (spec.digital.area + noc.router_area);
  if (leakage.si() > 0.0) add(parts, fixed_power("leakage", leakage, "buffer and chip leakage"));
  add_published(parts, spec.tile.parts, spec.macro.periphery.technology());
}

void add_chip_parts(const Chip& chip, std::vector<PeakPart>& parts) {
  const NocSpec& noc = chip.spec.noc;
  const Watts link = noc.link_energy * chip.link_length * flit(noc) * noc.clock;
  if (link.si() > 0.0) {
    const LinkGrid tiles{chip.spec.mesh.columns, chip.spec.mesh.rows};
    add(parts, fixed_power("noc_link", static_cast<double>(tiles.n_links()) * link, noc.source));
  }
  add_published(parts, chip.spec.parts, chip.spec.macro.periphery.technology());
}

/// Of all chips.
Index tiles_of_kind(const Chip& chip, Index kind) {
  if (kind > 0) return chip.kind(kind).tiles;
  Index own = chip.mesh.size() - tiles_of_dies(chip);
  for (const TileKind& further : chip.kinds) own -= further.tiles;
  return own;
}

/// Every link between chips busy in both directions.
void add_system_parts(const Chip& chip, std::vector<PeakPart>& parts) {
  constexpr std::int64_t kProbe = 1 << 30;  // bytes; the power does not depend on it
  for (Index k = 0; k < chip.n_edge_kinds(); ++k) {
    const LinkSpec& link = chip.edges[static_cast<size_t>(k)].link;
    const char* name = link_component(chip.edges[static_cast<size_t>(k)].level);
    if (chip.n_links(k) == 0) continue;
    std::vector<PeakPart> one;
    add_energy(one, {name, link_cost(link, 2 * kProbe)},
               Bytes(static_cast<double>(kProbe)) / link.bandwidth);
    add(one, fixed_power(name, link.static_power, link.source));
    add(parts, times(static_cast<double>(chip.n_links(k)), one.front()));
    add(parts, fixed(name, {}, chip.link_area(k), link.source));
  }
  const DramSpec& memory = chip.spec.dram;
  if (memory.capacity.si() == 0.0) return;
  std::vector<PeakPart> dram;
  add_energy(dram, {"dram", dram_cost(kProbe, memory)},
             Bytes(static_cast<double>(kProbe)) / memory.bandwidth);
  const auto n = static_cast<double>(chip.n_drams());
  add(parts, times(n, dram.front()));
  if (memory.background.si() == 0.0) return;
  add(parts, times(n, fixed_power("dram_background", memory.background, memory.source)));
}

/// Dies without weights: what their tiles have beside macros, and their own parts.
void add_dies(const Chip& chip, std::vector<PeakPart>& parts) {
  for (const DieSpec& die : chip.spec.dies) {
    const auto n = static_cast<double>(std::ssize(die.at));
    std::vector<PeakPart> tile, own;
    add_tile_parts(chip, tile);
    add_published(own, die.parts, chip.spec.macro.periphery.technology());
    for (const PeakPart& part : tile) {
      add(parts, times(n * static_cast<double>(chip.spec.n_tiles()), part));
    }
    for (const PeakPart& part : own) add(parts, times(n, part));
  }
}

/// Levels core and tile above the macro of a kind.
void add_tile_levels(const Chip& chip, Index kind, Peak& peak) {
  const ChipSpec& spec = chip.spec;
  const Index tiles = tiles_of_kind(chip, kind), cores = chip.kind(kind).cores_per_tile(spec);
  peak.levels.front().count = tiles * chip.kind(kind).macros_per_tile;
  PeakLevel core =
      block_of(static_cast<double>(spec.core.macros), peak.levels.back(), "core", tiles * cores);
  add_published(core.parts, spec.core.parts, spec.macro.periphery.technology());
  peak.levels.push_back(core);
  PeakLevel tile = block_of(static_cast<double>(cores), core, "tile", tiles);
  add_tile_parts(chip, tile.parts);
  peak.levels.push_back(tile);
}

/// The tiles of another kind beside those of `sum`.
void add_block(const PeakLevel& block, PeakLevel& sum) {
  sum.macros += block.macros;
  sum.ops_per_s += block.ops_per_s;
  sum.weights += block.weights;
  for (const PeakPart& part : block.parts) add(sum.parts, part);
}

/// Whether one conversion gives a whole result: no slices, no steps, no row groups to add up.
bool converts_once(const MacroSpec& macro, const MacroTiming& timing) {
  return macro.weight.slice_bits.size() == 1 && timing.n_input_steps * timing.n_row_groups == 1;
}

}  // namespace

Watts PeakLevel::power() const {
  Watts sum;
  for (const PeakPart& part : parts) sum += part.power;
  return sum;
}

SquareMetres PeakLevel::area() const {
  SquareMetres sum;
  for (const PeakPart& part : parts) sum += part.area;
  return sum;
}

Cost PeakLevel::total() const {
  Cost sum;
  for (const PeakPart& part : parts) {
    sum.energy += part.power * Seconds(1.0);
    sum.energy_low += part.power_low * Seconds(1.0);
    sum.energy_high += part.power_high * Seconds(1.0);
    sum.area += part.area;
    sum.area_low += part.area_low;
    sum.area_high += part.area_high;
  }
  return sum;
}

Peak peak(const MacroSpec& macro, const InputStatistics& statistics) {
  const MvmBlock full{inputs_per_array(macro), weight_columns(macro), 1};
  Peak peak;
  peak.timing = macro_timing(macro);
  peak.macs_per_mvm = full.rows * full.columns;
  peak.input_bits = macro.input.bits;
  peak.weight_bits = macro.weight.bits;
  peak.output_bits =
      converts_once(macro, peak.timing) ? effective_adc_bits(macro) : accumulator_bits(macro);
  const auto energies = mvm_energy(macro, full, expected_activity(macro, full, statistics));
  for (const ComponentCost& part : energies) peak.mvm += part.cost;
  peak.levels = {macro_level(macro, peak, energies)};
  return peak;
}

Peak peak(const MacroSpec& macro) {
  return peak(macro, assumed_statistics(macro));
}

Peak peak(const Chip& chip) {
  return peak(chip, assumed_statistics(chip.spec.macro));
}

Peak peak(const Chip& chip, const InputStatistics& statistics) {
  const ChipSpec& spec = chip.spec;
  Peak peak = ohm::peak(spec.macro, statistics);
  const Index chips = chip.mesh.n_chips() - dies_without_weights(spec);
  add_tile_levels(chip, 0, peak);
  const PeakLevel tile = peak.levels.back();
  const double own = static_cast<double>(tile.count) / static_cast<double>(chips);
  PeakLevel whole = block_of(own, tile, "chip", chips);
  for (Index k = 1; k < spec.n_kinds(); ++k) {
    if (chip.kind(k).tiles == 0) continue;
    Peak further = ohm::peak(spec.macro_of(k), assumed_statistics(spec.macro_of(k)));
    add_tile_levels(chip, k, further);
    const double each = static_cast<double>(chip.kind(k).tiles) / static_cast<double>(chips);
    add_block(block_of(each, further.levels.back(), "chip", chips), whole);
  }
  add_chip_parts(chip, whole.parts);
  peak.levels.push_back(whole);
  PeakLevel system = block_of(static_cast<double>(whole.count), whole, "system", 1);
  add_system_parts(chip, system.parts);
  add_dies(chip, system.parts);
  peak.levels.push_back(std::move(system));
  return peak;
}

}  // namespace ohm
