// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/band_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm {
namespace {

constexpr Index kMostWays = 8;  // in which borders may cut the layers of one kind

Index ceil_of(Index n, Index by) {
  return n == 0 ? 0 : (n - 1) / by + 1;
}

/// Chips for each layer, taken from all in whole periods.
double chips_of(const BandGrid& grid, const ChipSpec& chip, Index tiles) {
  const Pitch pitch = grid.pitch_of(tiles);
  return static_cast<double>(pitch.step * grid.columns) /
         static_cast<double>(pitch.abreast * chip.n_tiles());
}

/// Columns and rows of chips in the largest unit that the last level joins.
LinkGrid group_of(const SystemSpec& system) {
  LinkGrid group;
  for (size_t k = 0; k + 1 < system.size(); ++k) {
    group.columns *= system[k].columns;
    group.rows *= system[k].rows;
  }
  return group;
}

}  // namespace

Pitch BandGrid::pitch_of(Index tiles) const {
  const Index rows = ceil_of(tiles, columns);
  if (rows == 0) return {};
  Index chips = ceil_of(rows, chip_rows);
  const Index abreast =
      std::clamp<Index>(chip_rows / rows, 1, std::max<Index>(1, kMostWays / group_rows));
  if (abreast > 1) return {rows, abreast, chip_rows, abreast * group_rows};
  if (std::lcm(chips, group_rows) / chips > kMostWays) {
    chips = ceil_of(chips, group_rows) * group_rows;
  }
  return {rows, 1, chips * chip_rows, std::lcm(chips, group_rows) / chips};
}

Index BandGrid::next_start(Index row) const {
  const Index unit = chip_rows * group_rows;
  return ceil_of(row, unit) * unit;
}

BandGrid band_grid(const ChipSpec& chip, Index tiles) {
  const Index most = std::max<Index>(1, tiles);
  if (chip.system.empty()) {
    const double side = std::sqrt(static_cast<double>(most));
    const auto chips = std::ceil(side / static_cast<double>(chip.mesh.columns));
    return {chip.mesh.columns * static_cast<Index>(chips), 1, 1};
  }
  const LinkGrid group = group_of(chip.system);
  const Index width = chip.mesh.columns * group.columns;
  const auto grid_of = [&](Index units) {
    return BandGrid{units * width, chip.mesh.rows, group.rows};
  };
  if (chip.system.back().columns != LevelSpec::kAuto) return grid_of(chip.system.back().columns);
  constexpr Index kWidest = 64;
  const Index widest = std::min(kWidest, ceil_of(most, width));
  double fewest = chips_of(grid_of(1), chip, most);
  for (Index u = 2; u <= widest; ++u) fewest = std::min(fewest, chips_of(grid_of(u), chip, most));
  BandGrid best;
  Index least = -1;
  for (Index u = 1; u <= widest; ++u) {
    const BandGrid grid = grid_of(u);
    const Index around = grid.columns + grid.pitch_of(most).rows;
    if (chips_of(grid, chip, most) > 1.1 * fewest || (least >= 0 && around >= least)) continue;
    least = around;
    best = grid;
  }
  return best;
}

}  // namespace ohm
