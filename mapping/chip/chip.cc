// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

}  // namespace

Index Chip::powered_tiles(Index used) const {
  return spec.gating.kind == "none" ? spec.n_tiles() : used;
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

Chip compile_chip(const ChipSpec& spec) {
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
      Mesh(spec.mesh.columns, spec.mesh.rows),
      block_shape(spec),
      bitlines_per_weight(spec.macro.weight),
      spec.macro.array.n_wordlines * spec.macro.array.n_bitlines,
      {spec.macro.input.bits, spec.macro.weight.bits, spec.digital.activation_bits, spec.kv_bits},
      macro_area_total(spec.macro).area,
      {},
      {},
      {},
      {}};
  const auto macros = static_cast<double>(spec.macros_per_tile);
  const SquareMetres digital = spec.digital.area + spec.noc.router_area;
  chip.tile_area = macros * chip.macro_area + spec.buffer.area + digital;
  const Technology at = spec.macro.periphery.technology();
  chip.tile_area += static_cast<double>(spec.cores_per_tile()) * total_area(spec.core.parts, at) +
                    total_area(spec.tile.parts, at);
  chip.shared_area = total_area(spec.parts, at);
  chip.link_length = Metres(std::sqrt(chip.tile_area.si()));
  chip.power = tile_power(spec);
  return chip;
}

}  // namespace ohm
