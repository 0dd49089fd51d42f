// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/band_grid.h"

#include <algorithm>
#include <numeric>

namespace ohm {
namespace {

constexpr Index kMostWays = 6;     // in which borders may cut the layers of one kind
constexpr Index kFewLayers = 24;   // all of which are simulated anyway
constexpr Index kFewTiles = 8192;  // of all layers of a kind: the same
constexpr Index kWidest = 64;      // columns of units

Index ceil_of(Index n, Index by) {
  return n == 0 ? 0 : (n - 1) / by + 1;
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

Index tiles_of(const std::vector<BandRun>& runs) {
  Index tiles = 0;
  for (const BandRun& run : runs) tiles += run.tiles * run.layers;
  return tiles;
}

/// A grid and what it costs.
struct Choice {
  BandGrid grid;
  Index chips = 0;
  bool fits = false;
  Index burden = 0;  ///< of the largest layer: columns and rows, more with more ways
};

Choice choice_of(const ChipSpec& chip, const BandGrid& grid, const std::vector<BandRun>& runs) {
  const Index rows = grid.rows_of(runs);
  Choice choice{grid, chips_on(chip, grid, rows), has_rows(chip, grid, rows), 0};
  Index ways = 1, largest = 0;
  for (const BandRun& run : runs) {
    if (run.once) continue;
    ways = std::max(ways, std::min(grid.pitch_of(run.tiles).period, ceil_of(run.layers, 3)));
    largest = std::max(largest, run.tiles);
  }
  choice.burden = (grid.columns + grid.pitch_of(largest).rows) * (1 + ways);
  return choice;
}

/// Ways in which a run may stand.
Index most_ways(const BandRun& run) {
  const bool few = run.layers <= kFewLayers || run.layers * run.tiles <= kFewTiles;
  return few ? std::max(kMostWays, run.layers) : kMostWays;
}

bool has_few_ways(const BandGrid& grid, const std::vector<BandRun>& runs) {
  return std::all_of(runs.begin(), runs.end(), [&](const BandRun& run) {
    return grid.pitch_of(run.tiles).period <= most_ways(run) || run.once;
  });
}

/// Units in a row that are worth while.
std::pair<Index, Index> widths_of(const ChipSpec& chip, const std::vector<BandRun>& runs) {
  const LevelSpec& last = chip.system.back();
  if (last.columns != LevelSpec::kAuto) return {last.columns, last.columns};
  const LinkGrid group = group_of(chip.system);
  Index largest = 1;
  for (const BandRun& run : runs) largest = std::max(largest, run.tiles);
  Index widest = std::min(kWidest, ceil_of(largest, chip.mesh.columns * group.columns));
  if (last.rows != LevelSpec::kAuto) {
    const Index of_column = last.rows * group.size() * chip.n_tiles();
    widest = std::max(widest, 2 * ceil_of(tiles_of(runs), of_column));
  }
  return {1, widest};
}

std::vector<Choice> choices_for(const ChipSpec& chip, const std::vector<BandRun>& runs) {
  const LinkGrid group = group_of(chip.system);
  const Index width = chip.mesh.columns * group.columns;
  Index most = 1;
  for (const BandRun& run : runs) most = std::max(most, most_ways(run));
  const auto [narrowest, widest] = widths_of(chip, runs);
  std::vector<Choice> choices;
  for (Index units = narrowest; units <= widest; ++units) {
    for (Index ways = 1; ways <= most; ++ways) {
      const BandGrid grid{units * width, chip.mesh.rows, group.rows, ways};
      if (has_few_ways(grid, runs)) choices.push_back(choice_of(chip, grid, runs));
    }
  }
  if (std::any_of(choices.begin(), choices.end(), [](const Choice& c) { return c.fits; })) {
    std::erase_if(choices, [](const Choice& c) { return !c.fits; });
  }
  return choices;
}

/// Chips that are nearly the fewest: an eighth more than the tiles fill, else those of the choices.
Index nearly_fewest(const ChipSpec& chip, const std::vector<BandRun>& runs,
                    const std::vector<Choice>& choices) {
  const Index tiles = tiles_of(runs);
  const Index most = std::max(ceil_of(tiles, chip.n_tiles()), 9 * tiles / (8 * chip.n_tiles()));
  Index fewest = choices.front().chips;
  for (const Choice& choice : choices) fewest = std::min(fewest, choice.chips);
  return fewest <= most ? most : fewest + fewest / 50;
}

}  // namespace

Pitch BandGrid::pitch_of(Index tiles) const {
  const Index rows = ceil_of(tiles, columns);
  if (rows == 0) return {};
  Pitch best;
  for (Index abreast = 1; abreast <= ways; ++abreast) {
    const Index least = ceil_of(abreast * rows, chip_rows);
    for (Index chips = least; chips < least + group_rows; ++chips) {
      const Pitch pitch{rows, abreast, chips * chip_rows,
                        abreast * (std::lcm(chips, group_rows) / chips)};
      if (pitch.period > ways) continue;
      const Index more = pitch.step * best.abreast - best.step * pitch.abreast;  // rows a layer
      if (best.rows == 0 || more < 0 || (more == 0 && pitch.period < best.period)) best = pitch;
    }
  }
  return best;
}

Index BandGrid::start_of(Index row, const BandRun& run) const {
  const Index rows = pitch_of(run.tiles).rows, next = ceil_of(row, chip_rows) * chip_rows;
  const bool saves = ceil_of(row + rows, chip_rows) < ceil_of(next + rows, chip_rows);
  return rows == 0 || (run.once && saves) ? row : next;
}

Index BandGrid::rows_of(const std::vector<BandRun>& runs) const {
  Index row = 0;
  for (const BandRun& run : runs) {
    const Pitch pitch = pitch_of(run.tiles);
    row = start_of(row, run) + pitch.row_of(run.layers - 1) + pitch.rows;
  }
  return row;
}

Index chips_on(const ChipSpec& chip, const BandGrid& grid, Index rows) {
  if (chip.system.empty()) return 1;
  const LinkGrid group = group_of(chip.system);
  const LevelSpec& last = chip.system.back();
  const Index units = ceil_of(std::max<Index>(1, rows), chip.mesh.rows * group.rows);
  const Index taken = last.columns == LevelSpec::kAuto ? std::max(units, last.rows) : units;
  return grid.columns / chip.mesh.columns * group.rows * taken;
}

bool has_rows(const ChipSpec& chip, const BandGrid& grid, Index rows) {
  if (chip.system.empty()) return grid.columns == chip.mesh.columns && rows <= chip.mesh.rows;
  const Index given = chip.system.back().rows;
  return given == LevelSpec::kAuto ||
         ceil_of(rows, chip.mesh.rows * group_of(chip.system).rows) <= given;
}

Index rows_of_group(const SystemSpec& system) {
  return group_of(system).rows;
}

BandGrid band_grid(const ChipSpec& chip, const std::vector<BandRun>& runs) {
  if (chip.system.empty()) return {chip.mesh.columns};
  const std::vector<Choice> choices = choices_for(chip, runs);
  const Index most = nearly_fewest(chip, runs, choices);
  const Choice* best = nullptr;
  for (const Choice& choice : choices) {
    if (choice.chips > most) continue;
    if (best == nullptr || choice.burden < best->burden) best = &choice;
  }
  return best->grid;
}

}  // namespace ohm
