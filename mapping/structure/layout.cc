// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mapping/macros/chips_for.h"
#include "mapping/macros/tile_filler.h"
#include "mapping/structure/assumed_system.h"
#include "mapping/structure/bands.h"

namespace ohm {
namespace {

/// Chips with weights that the tiles take along the snake.
Index fewest_chips(const std::vector<Band>& bands, const Reduction* reduction,
                   const ChipSpec& chip) {
  const auto n = static_cast<size_t>(chip.n_kinds());
  std::vector<Index> arrays(n, 0), tiles;
  for (const Band& band : bands) {
    const Index layers = reduction == nullptr ? 1 : reduction->stands_for(band.layer);
    for (size_t k = 0; k < n; ++k) arrays[k] += layers * band.arrays_of_kind[k];
  }
  for (Index k = 0; k < chip.n_kinds(); ++k) {
    tiles.push_back(
        tiles_for({arrays[static_cast<size_t>(k)]}, {of_kind(chip, k).macros_per_tile}));
  }
  return std::max<Index>(1, chips_for(chip, tiles));
}

bool one_chip_holds(const ChipSpec& chip, Index fewest, const std::vector<BandRun>& runs) {
  if (fewest > 1) return false;
  if (chip.map.placement != "bands") return true;
  const BandGrid grid{chip.mesh.columns};
  return chip.system.empty() && has_rows(chip, grid, grid.rows_of(runs));
}

/// Along the snake, and why.
void take_snake(Layout& layout, Index fewest, AskedKey key) {
  layout.bands = false;
  layout.chips = fewest;
  layout.apart = std::move(key);
}

}  // namespace

Layout layout_of(const Network& network, const ChipSpec& chip, const Reduction* reduction) {
  const std::vector<Band> bands = bands_of(network, chip);
  const std::vector<BandRun> runs = runs_of(network.spec, bands, reduction);
  const Index fewest = fewest_chips(bands, reduction, chip);
  Layout layout{chip.map.placement == "bands", alike(chip), {}, 0, 1, {}};
  if (one_chip_holds(chip, fewest, runs)) {
    layout.joined.system.clear();
    layout.grid = band_grid(layout.joined, runs);
    layout.rows = layout.grid.rows_of(runs);
    return layout;
  }
  if (chip.system.empty()) layout.joined.system = assumed_system(chip);
  layout.grid = band_grid(layout.joined, runs);
  layout.rows = layout.grid.rows_of(runs);
  layout.chips = chips_on(layout.joined, layout.grid, layout.rows);
  layout.bands = true;
  if (const auto key = beyond_bands(chip)) {
    take_snake(layout, fewest, *key);
  } else if (chip.map.placement == "auto" && !has_rows(layout.joined, layout.grid, layout.rows) &&
             fewest <= n_chips(sized(chip.system, fewest))) {
    take_snake(layout, fewest,
               {"system", fmt::format("{} chips for whole rows of tiles", layout.chips)});
  }
  return layout;
}

}  // namespace ohm
