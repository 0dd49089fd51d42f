// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/geometry.h"

namespace ohm {

namespace {

SquareMetres total_area(const std::vector<PartSpec>& parts, const Technology& at) {
  SquareMetres sum;
  for (const ComponentCost& part : part_area(parts, at)) sum += part.cost.area;
  return sum;
}

Mesh mesh_of(const ChipSpec& spec) {
  std::vector<LinkGrid> levels;
  for (const LevelSpec& level : spec.system) levels.push_back(level.grid());
  return {LinkGrid{spec.mesh.columns, spec.mesh.rows}, levels};
}

/// Links leave a chip through its edge, those of a group of chips through the edges of its chips.
void require_beachfront(const Chip& chip) {
  double columns = static_cast<double>(chip.spec.mesh.columns);
  double rows = static_cast<double>(chip.spec.mesh.rows);
  for (const LevelSpec& level : chip.spec.system) {
    double edge = std::numeric_limits<double>::infinity();
    if (level.columns > 1) edge = rows;
    if (level.rows > 1) edge = std::min(edge, columns);
    edge *= chip.link_length.si();
    const double wanted = static_cast<double>(level.links_per_edge) * level.link.beachfront.si();
    if (wanted > edge) {
      throw ConfigError(fmt::format(
          "chip {}: system: {} × {} of {:.3g} mm of die edge each; the edge has {:.3g} mm: lower "
          "links_per_edge, enlarge mesh, or take a narrower link",
          chip.spec.name, level.links_per_edge, level.link.name, level.link.beachfront.si() * 1e3,
          edge * 1e3));
    }
    columns *= static_cast<double>(level.columns);
    rows *= static_cast<double>(level.rows);
  }
}

}  // namespace

Index Chip::powered_tiles(Index used) const {
  return spec.gating.kind == "none" ? mesh.size() : used;
}

Index rows_without_clipping(const MacroSpec& macro) {
  const Index all = inputs_per_array(macro);
  if (macro.engine.kind == "digital") return all;
  const auto fits = [&](Index rows) {
    MacroSpec group = macro;
    group.array.rows_active = rows * macro.array.n_wordlines / std::max<Index>(all, 1);
    return lossless_bits(group) <= effective_adc_bits(macro);
  };
  if (lossless_bits(macro) <= effective_adc_bits(macro)) return all;
  Index most = 1;
  for (Index high = all; most < high;) {
    const Index middle = most + (high - most + 1) / 2;
    (fits(middle) ? most : high) = fits(middle) ? middle : middle - 1;
  }
  return most;
}

BlockShape block_shape(const ChipSpec& spec) {
  const Index rows = inputs_per_array(spec.macro), columns = weight_columns(spec.macro);
  if (spec.map.split != "accuracy") return {rows, columns};
  return {rows_without_clipping(spec.macro), columns};
}

std::string row_split_of(const ChipSpec& spec) {
  if (spec.map.split == "chip") return spec.row_split;
  return spec.map.split == "max" ? "max" : "equal";
}

bool in_crossbars(const StaticMatmul& matmul, const ChipSpec& spec) {
  bool inside = in_crossbars(matmul, spec.head);
  for (const MatrixRule& rule : spec.map.matrices) {
    if (matches(rule.match, matmul.name)) inside = rule.on == "crossbar";
  }
  return inside;
}

Index Chip::n_links(Index level) const {
  return mesh.edges(level) * spec.system[static_cast<size_t>(level)].links_per_edge;
}

SquareMetres Chip::link_area(Index level) const {
  return 2.0 * static_cast<double>(n_links(level)) *
         spec.system[static_cast<size_t>(level)].link.area;
}

SquareMetres Chip::area() const {
  SquareMetres ends;
  for (Index level = 0; level < mesh.n_levels(); ++level) ends += link_area(level);
  return static_cast<double>(spec.n_tiles()) * tile_area + shared_area +
         ends / static_cast<double>(mesh.n_chips());
}

Index Chip::n_drams() const {
  return spec.dram_at.empty() ? mesh.n_chips() : std::ssize(spec.dram_at);
}

std::vector<Index> Chip::crossing_costs() const {
  const JoulesPerByte router = spec.noc.router_energy;
  const double hop = (router + spec.noc.link_energy * link_length).si();
  std::vector<Index> costs;
  for (const LevelSpec& level : spec.system) {
    const double ratio = hop > 0.0 ? (router + level.link.energy).si() / hop : 1.0;
    costs.push_back(static_cast<Index>(std::clamp(std::round(ratio), 1.0, 0x1p20)));
  }
  return costs;
}

Chip compile_chip(const ChipSpec& given, Index chips) {
  ChipSpec spec = given;
  spec.system = sized(std::move(spec.system), chips);
  const Index columns = weight_columns(spec.macro);
  if (columns < 1) {
    throw ConfigError(fmt::format(
        "chip {}: macro.array.n_bitlines: {} bitlines hold no weight of {} bitlines; expected at "
        "least {}: widen the array or store fewer slices",
        spec.name, spec.macro.array.n_bitlines, bitlines_per_weight(spec.macro.weight),
        bitlines_per_weight(spec.macro.weight)));
  }
  Chip chip{
      spec,
      mesh_of(spec),
      block_shape(spec),
      bitlines_per_weight(spec.macro.weight),
      spec.macro.array.n_wordlines * spec.macro.array.n_bitlines,
      {spec.macro.input.bits, spec.macro.weight.bits, spec.digital.activation_bits, spec.kv_bits},
      macro_area_total(spec.macro).area,
      {},
      {},
      {},
      {},
      {}};
  const auto macros = static_cast<double>(spec.macros_per_tile);
  const SquareMetres digital = spec.digital.area + spec.noc.router_area;
  chip.attention = make_attention_engine(spec);
  chip.tile_area = macros * chip.macro_area + spec.buffer.area + digital;
  if (chip.attention) {
    chip.tile_area += static_cast<double>(spec.attention.arrays) * chip.attention->area().area;
  }
  const Technology at = spec.macro.periphery.technology();
  chip.tile_area += static_cast<double>(spec.cores_per_tile()) * total_area(spec.core.parts, at) +
                    total_area(spec.tile.parts, at);
  chip.shared_area = total_area(spec.parts, at);
  chip.link_length = Metres(std::sqrt(chip.tile_area.si()));
  chip.power = tile_power(
      spec, chip.attention ? static_cast<double>(spec.attention.arrays) * chip.attention->leakage()
                           : Watts());
  require_beachfront(chip);
  return chip;
}

}  // namespace ohm
