// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/tile_kind.h"

#include <fmt/format.h>

#include "core/error.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/geometry.h"
#include "mapping/attention/attention_engine.h"
#include "mapping/chip/chip.h"

namespace ohm {
namespace {

void require_weights(const ChipSpec& spec, Index kind) {
  const MacroSpec& macro = spec.macro_of(kind);
  if (weight_columns(macro) >= 1) return;
  const std::string key = kind == 0 ? "macro"
                                    : fmt::format("macros[{}] ({}): macro", kind - 1,
                                                  spec.macros[static_cast<size_t>(kind - 1)].name);
  throw ConfigError(
      fmt::format("chip {}: {}.array.n_bitlines: {} bitlines hold no weight of {} bitlines; "
                  "expected at "
                  "least {}: widen the array or store fewer slices",
                  spec.name, key, macro.array.n_bitlines, bitlines_per_weight(macro.weight),
                  bitlines_per_weight(macro.weight)));
}

}  // namespace

std::vector<Index> macros_per_tile(const Chip& chip) {
  std::vector<Index> macros;
  for (const TileKind& kind : chip.kinds) macros.push_back(kind.macros_per_tile);
  return macros;
}

ChipSpec of_kind(const ChipSpec& spec, Index kind) {
  ChipSpec own = spec;
  if (kind == 0) return own;
  const MacroKindSpec& further = spec.macros[static_cast<size_t>(kind - 1)];
  own.macro = further.macro;
  if (further.macros_per_tile != MacroKindSpec::kAuto)
    own.macros_per_tile = further.macros_per_tile;
  return own;
}

TileKind compile_tile_kind(const ChipSpec& spec, Index kind, const AttentionEngine* attention) {
  require_weights(spec, kind);
  const ChipSpec own = of_kind(spec, kind);
  const MacroSpec& macro = own.macro;
  TileKind tile;
  tile.name = kind == 0 ? "chip" : spec.macros[static_cast<size_t>(kind - 1)].name;
  tile.macros_per_tile = own.macros_per_tile;
  tile.shape = block_shape(spec, kind);
  tile.cells_per_weight = bitlines_per_weight(macro.weight);
  tile.cells_per_macro = macro.array.n_wordlines * macro.array.n_bitlines;
  tile.macro_area = macro_area_total(macro).area;
  const SquareMetres digital = spec.digital.area + spec.noc.router_area;
  tile.tile_area =
      static_cast<double>(own.macros_per_tile) * tile.macro_area + spec.buffer.area + digital;
  // parts beside macros are scaled as the chip's own periphery is
  const Technology at = spec.macro.periphery.technology();
  tile.tile_area += static_cast<double>(own.cores_per_tile()) * total_area(spec.core.parts, at) +
                    total_area(spec.tile.parts, at);
  const auto arrays = static_cast<double>(attention ? spec.attention.arrays : 0);
  if (attention) tile.tile_area += arrays * attention->area().area;
  tile.power = tile_power(own, attention ? arrays * attention->leakage() : Watts());
  return tile;
}

}  // namespace ohm
