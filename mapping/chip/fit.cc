// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/fit.h"

#include <algorithm>

#include "mapping/chip/chip.h"

namespace ohm {
namespace {

FitPart part_of(const StaticMatmul& matmul, const Chip& chip) {
  FitPart part{matmul.name, matmul.rows * matmul.columns, 0, 0, 0.0};
  part.cells = part.weights * chip.cells_per_weight;
  part.arrays = tile_grid(matmul.rows, matmul.columns, chip.shape).size();
  return part;
}

void add(FitPart& sum, const FitPart& part) {
  sum.weights += part.weights;
  sum.cells += part.cells;
  sum.arrays += part.arrays;
}

double share(const FitPart& part, const Chip& chip) {
  if (part.arrays == 0) return 0.0;
  return static_cast<double>(part.cells) /
         (static_cast<double>(part.arrays) * static_cast<double>(chip.cells_per_macro));
}

/// Without more chips than can be mapped, whose links would count beyond whole numbers.
Chip system_of(const ChipSpec& spec, Index chips) {
  return compile_chip(spec, std::min(chips, kMostSystemTiles / spec.n_tiles()));
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
    part.utilisation = share(part, chip);
    add(matmul.part == "head" ? result.head : result.body, part);
    add(total, part);
    result.rows.push_back(std::move(part));
  }
  result.body.utilisation = share(result.body, chip);
  result.head.utilisation = share(result.head, chip);
  result.crossbar_weights = total.weights;
  result.cells = total.cells;
  result.arrays = total.arrays;
  result.utilisation = share(total, chip);
  result.tiles_per_chip = spec.n_tiles();
  result.tiles = total.arrays == 0 ? 0 : (total.arrays - 1) / spec.macros_per_tile + 1;
  result.chips = result.tiles == 0 ? 0 : (result.tiles - 1) / result.tiles_per_chip + 1;
  result.area = static_cast<double>(result.tiles) * chip.tile_area;
  result.system_chips = n_chips(sized(spec.system, result.chips));
  result.chip_area = system_of(spec, result.system_chips).area();
  result.reticles = result.chip_area / spec.reticle;
  return result;
}

}  // namespace ohm
