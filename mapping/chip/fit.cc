// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/fit.h"

#include <algorithm>

#include "mapping/chip/chip.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/layout.h"
#include "mapping/system/chip_dies.h"

namespace ohm {
namespace {

FitPart part_of(const StaticMatmul& matmul, const Chip& chip) {
  FitPart part{matmul.name, matmul.rows * matmul.columns, 0, 0, 0, 0.0};
  part.cells = cells_of(matmul, chip);
  part.arrays = blocks_of(matmul, chip);
  part.array_cells = part.arrays * chip.kind(kind_of(matmul, chip.spec).macro).cells_per_macro;
  return part;
}

void add(FitPart& sum, const FitPart& part) {
  sum.weights += part.weights;
  sum.cells += part.cells;
  sum.arrays += part.arrays;
  sum.array_cells += part.array_cells;
}

double share(const FitPart& part) {
  if (part.arrays == 0) return 0.0;
  return static_cast<double>(part.cells) / static_cast<double>(part.array_cells);
}

void count_kinds(const Chip& chip, const Layout& layout, Fit& result) {
  double cells = 0.0;
  for (size_t k = 0; k < layout.arrays.size(); ++k) {
    const TileKind& made = chip.kinds[k];
    const FitKind kind{made.name, layout.arrays[k], layout.tiles[k],
                       static_cast<double>(layout.tiles[k]) * made.tile_area};
    cells += static_cast<double>(kind.arrays) * static_cast<double>(made.cells_per_macro);
    result.arrays += kind.arrays;
    result.tiles += kind.tiles;
    result.area += kind.area;
    result.kinds.push_back(kind);
  }
  result.utilisation = result.arrays == 0 ? 0.0 : static_cast<double>(result.cells) / cells;
}

/// Chips of the system, grown to the network where it grows: as far as its rows allow.
Index chips_there(const ChipSpec& spec, const Layout& layout) {
  if (!layout.bands || !grows(spec.system)) return n_chips(sized(spec.system, layout.chips));
  return chips_on(spec, layout.grid, layout.lacking.empty() ? layout.rows : 1);
}

/// Without more chips than can be mapped, whose links would count beyond whole numbers.
Chip system_of(const ChipSpec& spec, const Layout& layout, const Fit& fit, Index all) {
  const Index chips = std::min(all, kMostSystemTiles / spec.n_tiles());
  const bool on_bands = layout.bands && grows(spec.system) && chips == all;
  Chip chip =
      on_bands ? compile_chip(on_grid(spec, layout.grid, layout.rows)) : compile_chip(spec, chips);
  for (size_t k = 1; k < fit.kinds.size(); ++k) {
    if (spec.macros[k - 1].tiles == MacroKindSpec::kAuto) chip.kinds[k].tiles = fit.kinds[k].tiles;
  }
  return chip;
}

}  // namespace

Fit fit(const Network& network, const ChipSpec& spec) {
  const Chip chip = compile_chip(spec);
  Fit result;
  result.body.name = "body";
  result.head.name = "head";
  FitPart total;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (!in_crossbars(matmul, spec)) continue;
    FitPart part = part_of(matmul, chip);
    part.utilisation = share(part);
    add(matmul.part == "head" ? result.head : result.body, part);
    add(total, part);
    result.rows.push_back(std::move(part));
  }
  result.body.utilisation = share(result.body);
  result.head.utilisation = share(result.head);
  result.crossbar_weights = total.weights;
  result.cells = total.cells;
  result.tiles_per_chip = spec.n_tiles();
  const Layout layout = layout_of(network, spec);
  count_kinds(chip, layout, result);
  result.holds = layout.holds;
  result.lacking = layout.lacking;
  result.chips = layout.chips;
  const Index system_chips = chips_there(spec, layout);
  result.system_chips = system_chips - dies_without_weights(spec);
  result.chip_area = system_of(spec, layout, result, system_chips).area();
  result.reticles = result.chip_area / spec.reticle;
  return result;
}

}  // namespace ohm
