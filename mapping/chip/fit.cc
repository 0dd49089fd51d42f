// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/fit.h"

#include <algorithm>

#include "mapping/chip/chip.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/macros/tile_filler.h"
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

/// By kind of macro: what their arrays take, tiles of every layer in bands for themselves.
std::vector<FitKind> kinds_of(const Chip& chip, const std::vector<Index>& arrays,
                              const std::vector<Band>& bands) {
  std::vector<FitKind> kinds;
  for (size_t k = 0; k < arrays.size(); ++k) {
    FitKind kind{chip.kinds[k].name, arrays[k], 0, {}};
    kind.tiles = tiles_for({arrays[k]}, {chip.kinds[k].macros_per_tile});
    if (!bands.empty()) kind.tiles = 0;
    for (const Band& band : bands) kind.tiles += band.tiles_of_kind[k];
    kind.area = static_cast<double>(kind.tiles) * chip.kinds[k].tile_area;
    kinds.push_back(kind);
  }
  return kinds;
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
  std::vector<Index> arrays(chip.kinds.size(), 0);
  for (const StaticMatmul& matmul : network.matmuls) {
    if (!in_crossbars(matmul, spec)) continue;
    FitPart part = part_of(matmul, chip);
    part.utilisation = share(part);
    arrays[static_cast<size_t>(kind_of(matmul, spec).macro)] += part.arrays;
    add(matmul.part == "head" ? result.head : result.body, part);
    add(total, part);
    result.rows.push_back(std::move(part));
  }
  result.body.utilisation = share(result.body);
  result.head.utilisation = share(result.head);
  result.crossbar_weights = total.weights;
  result.cells = total.cells;
  result.arrays = total.arrays;
  result.utilisation = share(total);
  result.tiles_per_chip = spec.n_tiles();
  const Layout layout = layout_of(network, spec);
  result.kinds =
      kinds_of(chip, arrays, layout.bands ? bands_of(network, spec) : std::vector<Band>());
  for (const FitKind& kind : result.kinds) {
    result.tiles += kind.tiles;
    result.area += kind.area;
  }
  result.chips = layout.chips;
  const Index system_chips =
      layout.bands && grows(spec.system) ? layout.chips : n_chips(sized(spec.system, result.chips));
  result.system_chips = system_chips - dies_without_weights(spec);
  result.chip_area = system_of(spec, layout, result, system_chips).area();
  result.reticles = result.chip_area / spec.reticle;
  return result;
}

}  // namespace ohm
