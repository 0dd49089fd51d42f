// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/geometry.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/system/chip_dies.h"

namespace ohm {

namespace {

Mesh mesh_of(const ChipSpec& spec, const std::vector<Index>& edges_of_chip) {
  std::vector<LinkGrid> levels;
  for (const LevelSpec& level : spec.system) levels.push_back(level.grid());
  return {LinkGrid{spec.mesh.columns, spec.mesh.rows}, levels, edges_of_chip};
}

void require_beachfront(const Chip& chip, const EdgeSpec& links, double edge) {
  const double wanted = static_cast<double>(links.links_per_edge) * links.link.beachfront.si();
  if (wanted <= edge) return;
  throw ConfigError(fmt::format(
      "chip {}: system: {} × {} of {:.3g} mm of die edge each; the edge has {:.3g} mm: lower "
      "links_per_edge, enlarge mesh, or take a narrower link",
      chip.spec.name, links.links_per_edge, links.link.name, links.link.beachfront.si() * 1e3,
      edge * 1e3));
}

/// Links leave a chip through its edge, those of a group of chips through the edges of its chips.
void require_beachfront(const Chip& chip) {
  double columns = static_cast<double>(chip.spec.mesh.columns);
  double rows = static_cast<double>(chip.spec.mesh.rows);
  for (Index k = 0; k < chip.mesh.n_levels(); ++k) {
    const LevelSpec& level = chip.spec.system[static_cast<size_t>(k)];
    double edge = std::numeric_limits<double>::infinity();
    if (level.columns > 1) edge = rows;
    if (level.rows > 1) edge = std::min(edge, columns);
    edge *= chip.link_length.si();
    for (const EdgeKind& kind : chip.edges) {
      if (kind.level == k) require_beachfront(chip, kind, edge);
    }
    columns *= static_cast<double>(level.columns);
    rows *= static_cast<double>(level.rows);
  }
}

Widths widths_of(const ChipSpec& spec) {
  return {spec.macro.input.bits, spec.macro.weight.bits, spec.digital.activation_bits, spec.kv_bits,
          spec.query_bits()};
}

/// Tiles that the chip is made with, of each further kind.
void count_tiles(Chip& chip) {
  const Index chips = chip.mesh.n_chips() - dies_without_weights(chip.spec);
  for (size_t k = 1; k < chip.kinds.size(); ++k) {
    chip.kinds[k].tiles = chips * chip.spec.macros[k - 1].tiles;
  }
}

}  // namespace

SquareMetres total_area(const std::vector<PartSpec>& parts, const Technology& at) {
  SquareMetres sum;
  for (const ComponentCost& part : part_area(parts, at)) sum += part.cost.area;
  return sum;
}

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

BlockShape block_shape(const ChipSpec& spec, Index kind) {
  const MacroSpec& macro = spec.macro_of(kind);
  const Index rows = inputs_per_array(macro), columns = weight_columns(macro);
  if (spec.map.split != "accuracy") return {rows, columns};
  return {rows_without_clipping(macro), columns};
}

std::string row_split_of(const ChipSpec& spec) {
  if (spec.map.split == "chip") return spec.row_split;
  return spec.map.split == "max" ? "max" : "equal";
}

bool in_crossbars(const StaticMatmul& matmul, const ChipSpec& spec) {
  return kind_of(matmul, spec).in_crossbars;
}

Index Chip::n_links(Index kind) const {
  return mesh.edges(kind) * edges[static_cast<size_t>(kind)].links_per_edge;
}

SquareMetres Chip::link_area(Index kind) const {
  return 2.0 * static_cast<double>(n_links(kind)) * edges[static_cast<size_t>(kind)].link.area;
}

SquareMetres Chip::link_ends() const {
  SquareMetres ends;
  for (Index kind = 0; kind < n_edge_kinds(); ++kind) ends += link_area(kind);
  return ends / static_cast<double>(mesh.n_chips());
}

SquareMetres Chip::area() const {
  SquareMetres area = static_cast<double>(spec.n_tiles()) * tile_area + shared_area + link_ends();
  const auto chips = static_cast<double>(mesh.n_chips() - dies_without_weights(spec));
  for (size_t k = 1; k < kinds.size(); ++k) {
    area += static_cast<double>(kinds[k].tiles) / chips * (kinds[k].tile_area - tile_area);
  }
  return area;
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
  const std::shared_ptr<const AttentionEngine> attention = make_attention_engine(spec);
  std::vector<TileKind> kinds;
  for (Index kind = 0; kind < spec.n_kinds(); ++kind) {
    kinds.push_back(compile_tile_kind(spec, kind, attention.get()));
  }
  const TileKind& own = kinds.front();
  const EdgeKinds joined = edge_kinds(spec.name, spec.system, spec.dies);
  Chip chip{spec,
            mesh_of(spec, joined.of_chip),
            own.shape,
            own.cells_per_weight,
            own.cells_per_macro,
            widths_of(spec),
            own.macro_area,
            own.tile_area,
            {},
            {},
            own.power,
            attention,
            kinds,
            dies_of(spec),
            joined.kinds};
  count_tiles(chip);
  const Technology at = spec.macro.periphery.technology();
  chip.shared_area = total_area(spec.parts, at);
  SquareMetres largest;
  for (const TileKind& kind : kinds) largest = std::max(largest, kind.tile_area);
  chip.link_length = Metres(std::sqrt(largest.si()));
  require_beachfront(chip);
  return chip;
}

}  // namespace ohm
