// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/system_spec.h"

#include <fmt/format.h>

#include <algorithm>

namespace ohm {
namespace {

constexpr double kMostUnits = 65536;

Index ceil_divide(Index n, Index by) {
  return (n - 1) / by + 1;
}

/// Fewest places for n in a full grid that is at most eight times as long as wide.
LinkGrid grid_for(Index n) {
  constexpr Index kLongest = 8;
  LinkGrid best{1, n};
  bool found = n <= kLongest;
  for (Index columns = 1; columns * columns <= n + columns; ++columns) {
    const Index rows = ceil_divide(n, columns);
    if (rows > kLongest * columns || rows < columns) continue;
    const LinkGrid grid{columns, rows};
    if (found && grid.size() > best.size()) continue;
    best = grid;  // of equal ones the last is the squarest
    found = true;
  }
  return best;
}

}  // namespace

void EdgeSpec::visit(Visitor& v) {
  v.nested_component(Field("link", "link between neighbours").must(), "component", link);
  v.value(Field("links_per_edge", "links side by side between two neighbours").between(1, 65536),
          links_per_edge);
}

void LevelSpec::visit(Visitor& v) {
  v.value(Field("columns", "chips (or groups of chips) in a row; auto: as many as needed")
              .between(1, kMostUnits)
              .word("auto", kAuto),
          columns);
  v.value(Field("rows", "rows of them; auto: as many as needed")
              .between(1, kMostUnits)
              .word("auto", kAuto),
          rows);
  EdgeSpec::visit(v);
}

const char* link_component(Index level) {
  constexpr const char* kNames[kMostLevels] = {"chip_link", "package_link", "board_link"};
  return kNames[static_cast<size_t>(level)];
}

void check_system(const SystemSpec& system, Index tiles_per_chip, Visitor& v) {
  v.rule(system.size() <= kMostLevels, "system",
         fmt::format("{} levels; expected at most {}: chips, packages, boards", system.size(),
                     kMostLevels));
  Index tiles = tiles_per_chip;
  for (size_t k = 0; k < system.size(); ++k) {
    v.rule(!system[k].is_auto() || k + 1 == system.size(), "system",
           fmt::format("level {} is auto; expected auto at the last level only: give columns and "
                       "rows of the levels before it",
                       k));
    tiles *= std::max<Index>(1, system[k].columns);
    tiles = std::min(tiles, 2 * kMostSystemTiles) * std::max<Index>(1, system[k].rows);
    tiles = std::min(tiles, 2 * kMostSystemTiles);
  }
  v.rule(
      tiles <= kMostSystemTiles, "system",
      fmt::format("more than {} tiles in all chips; expected at most that: lower columns or rows",
                  kMostSystemTiles));
}

Index n_chips(const SystemSpec& system) {
  Index chips = 1;
  for (const LevelSpec& level : system) chips *= level.grid().size();
  return chips;
}

bool grows(const SystemSpec& system) {
  return !system.empty() && system.back().is_auto();
}

Index columns_of_unit(const SystemSpec& system) {
  Index columns = 1;
  for (size_t k = 0; k + 1 < system.size(); ++k) columns *= system[k].columns;
  return columns;
}

SystemSpec spread(SystemSpec system, Index chips) {
  system.back().columns = std::max<Index>(1, chips / columns_of_unit(system));
  return system;
}

SystemSpec sized(SystemSpec system, Index chips) {
  if (!grows(system)) return system;
  LevelSpec& last = system.back();
  Index per_unit = 1;
  for (size_t k = 0; k + 1 < system.size(); ++k) per_unit *= system[k].grid().size();
  const Index units = ceil_divide(std::max<Index>(1, chips), per_unit);
  const bool any_columns = last.columns == LevelSpec::kAuto,
             any_rows = last.rows == LevelSpec::kAuto;
  if (any_columns && any_rows) {
    const LinkGrid grid = grid_for(units);
    last.columns = grid.columns;
    last.rows = grid.rows;
  } else if (any_rows) {
    last.rows = ceil_divide(units, last.columns);
  } else {
    last.columns = ceil_divide(units, last.rows);
  }
  return system;
}

}  // namespace ohm
