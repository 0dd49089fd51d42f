// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "mapping/verify/violated.h"

namespace ohm {
namespace {

std::string shown(const StoredBlock& s) {
  const std::string replica =
      s.block.replica == 0 ? "" : fmt::format(" ({} of its replicas)", s.block.replica);
  return fmt::format("matmul {}{}, copy {}, [{}, {}) × [{}, {}) in slot {} of tile {}",
                     s.block.matmul, replica, s.copy, s.block.first_row,
                     s.block.first_row + s.block.rows, s.block.first_column,
                     s.block.first_column + s.block.columns, s.slot.slot, s.slot.tile);
}

bool in_range(Index value, Index size) {
  return value >= 0 && value < size;
}
/// [first, first + n) lies in [0, size) and is not empty.
bool inside(Index first, Index n, Index size) {
  return n >= 1 && first >= 0 && first <= size && n <= size - first;
}

Index replicas_of(const Capacities& chip, Index matmul) {
  return chip.replicas.empty() ? 1 : chip.replicas[static_cast<size_t>(matmul)];
}

ArrayLimits limits_of(const Capacities& chip, const StoredBlock& s) {
  if (chip.settings.empty()) return {chip.macros_per_tile, chip.array_rows, chip.array_columns};
  if (!in_range(s.setting, std::ssize(chip.settings))) {
    violated(fmt::format("{} has setting {}; {} has {}", shown(s), s.setting, chip.name,
                         chip.settings.size()));
  }
  return chip.settings[static_cast<size_t>(s.setting)];
}

void check_stored(const Network& network, const Capacities& chip, const StoredBlock& s,
                  const std::vector<Index>& copies) {
  if (!in_range(s.block.matmul, std::ssize(network.matmuls))) {
    violated(fmt::format("{}; the network has {} matrices", shown(s), network.matmuls.size()));
  }
  const auto m = static_cast<size_t>(s.block.matmul);
  const StaticMatmul& matmul = network.matmuls[m];
  if (!in_range(s.copy, copies[m])) {
    violated(fmt::format("{}; '{}' has {} copies", shown(s), matmul.name, copies[m]));
  }
  if (!inside(s.block.first_row, s.block.rows, matmul.rows) ||
      !inside(s.block.first_column, s.block.columns, matmul.columns)) {
    violated(fmt::format("{}; '{}' has {} × {} weights", shown(s), matmul.name, matmul.rows,
                         matmul.columns));
  }
  if (!in_range(s.block.replica, replicas_of(chip, s.block.matmul))) {
    violated(fmt::format("{}; '{}' has {} replicas", shown(s), matmul.name,
                         replicas_of(chip, s.block.matmul)));
  }
  const ArrayLimits limits = limits_of(chip, s);
  if (!in_range(s.slot.tile, chip.tiles) || !in_range(s.slot.slot, limits.macros_per_tile)) {
    violated(fmt::format("{}; {} has {} tiles of {} macros", shown(s), chip.name, chip.tiles,
                         limits.macros_per_tile));
  }
  if (!inside(s.first_row, s.block.rows, limits.rows) ||
      !inside(s.first_column, s.block.columns, limits.columns)) {
    violated(fmt::format("{} from cell ({}, {}) on; an array holds {} × {} weights", shown(s),
                         s.first_row, s.first_column, limits.rows, limits.columns));
  }
}

/// A rectangle of weights or cells.
struct Area {
  Index row, column, rows, columns;
  const StoredBlock* of;
};

/// Sweeps down the rows; the rectangles in force are kept by column, where only neighbours can
/// meet.
void check_disjoint(std::vector<Area> areas, const char* what) {
  std::sort(areas.begin(), areas.end(), [](const Area& a, const Area& b) {
    return std::pair(a.row, a.column) < std::pair(b.row, b.column);
  });
  std::multimap<Index, const Area*> ends;  // by the row after the last
  std::map<Index, const Area*> live;       // by first column
  for (const Area& area : areas) {
    while (!ends.empty() && ends.begin()->first <= area.row) {
      live.erase(ends.begin()->second->column);
      ends.erase(ends.begin());
    }
    const auto right = live.lower_bound(area.column);
    const bool meets_right = right != live.end() && right->first < area.column + area.columns;
    const Area* left = right == live.begin() ? nullptr : std::prev(right)->second;
    const bool meets_left = left != nullptr && left->column + left->columns > area.column;
    if (meets_left || meets_right) {
      violated(fmt::format("{}: {} and {}", what, shown(*area.of),
                           shown(*(meets_left ? left : right->second)->of)));
    }
    live.emplace(area.column, &area);
    ends.emplace(area.row + area.rows, &area);
  }
}

/// Without overlap inside the matrix, a copy is whole exactly where the weights add up.
void check_copy(const StaticMatmul& matmul, Index copy, const std::vector<Area>& areas) {
  check_disjoint(areas, "a weight is stored twice in one copy");
  Index weights = 0;
  for (const Area& area : areas) weights += area.rows * area.columns;
  if (weights == matmul.rows * matmul.columns) return;
  violated(fmt::format("copy {} of '{}' stores {} of its {} weights", copy, matmul.name, weights,
                       matmul.rows * matmul.columns));
}

/// All blocks of a tile, so all blocks of an array, are of one setting.
void check_tiles(const std::vector<StoredBlock>& stored) {
  std::map<Index, const StoredBlock*> first;  // by tile
  for (const StoredBlock& s : stored) {
    const StoredBlock* other = first.emplace(s.slot.tile, &s).first->second;
    if (other->setting == s.setting) continue;
    violated(fmt::format("{} has setting {} on a tile of setting {}", shown(s), s.setting,
                         other->setting));
  }
}

void check_array(const std::vector<Area>& areas) {
  check_disjoint(areas, "a cell is used twice");
  for (const Area& area : areas) {
    if (area.of->setting == areas.front().of->setting) continue;
    violated(fmt::format("{} has setting {} in an array of setting {}", shown(*area.of),
                         area.of->setting, areas.front().of->setting));
  }
}

}  // namespace

Verification verify_copies(const Network& network, const Capacities& capacities,
                           const std::vector<StoredBlock>& stored,
                           const std::vector<Index>& copies) {
  if (copies.size() != network.matmuls.size()) {
    violated(
        fmt::format("{} counts of copies for {} matrices", copies.size(), network.matmuls.size()));
  }
  std::map<std::tuple<Index, Index, Index>, std::vector<Area>> by_copy;  // and replica
  std::map<std::pair<Index, Index>, std::vector<Area>> by_array;
  for (const StoredBlock& s : stored) {
    check_stored(network, capacities, s, copies);
    const Block& b = s.block;
    by_copy[{b.matmul, s.copy, b.replica}].push_back(
        {b.first_row, b.first_column, b.rows, b.columns, &s});
    by_array[{s.slot.tile, s.slot.slot}].push_back(
        {s.first_row, s.first_column, b.rows, b.columns, &s});
  }
  Verification report;
  for (size_t m = 0; m < copies.size(); ++m) {
    const auto matmul = static_cast<Index>(m);
    const Index replicas = replicas_of(capacities, matmul);
    for (Index i = 0; i < copies[m] * replicas; ++i) {
      const auto areas = by_copy.find({matmul, i / replicas, i % replicas});
      if (areas == by_copy.end()) {
        violated(fmt::format("copy {} of '{}' is stored nowhere", i / replicas,
                             network.matmuls[m].name));
      }
      check_copy(network.matmuls[m], i / replicas, areas->second);
      report.weights += network.matmuls[m].weights();
    }
  }
  for (const auto& [slot, areas] : by_array) check_array(areas);
  if (!capacities.settings.empty()) check_tiles(stored);
  report.blocks = std::ssize(stored);
  report.checked = {"every weight is stored exactly once in each copy of its matrix",
                    "no cell of an array belongs to two blocks",
                    "blocks that share an array have the same slices and device",
                    "every block lies inside its matrix and inside its array",
                    "every array exists: tiles of the mesh, macros of the tile"};
  if (!capacities.replicas.empty()) {
    report.checked.emplace_back("each copy of a matrix has as many replicas as are averaged");
  }
  if (!capacities.settings.empty()) {
    report.checked.emplace_back("all macros of a tile have the same slices and device");
  }
  report.assumed = {"the counts of copies are those that were asked for",
                    "blocks of one array that cannot fire at once take turns"};
  return report;
}

}  // namespace ohm
