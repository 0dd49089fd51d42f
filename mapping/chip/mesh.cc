// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/mesh.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/error.h"

namespace ohm {
namespace {

void require_places(const LinkGrid& grid, const char* places) {
  if (grid.columns >= 1 && grid.rows >= 1) return;
  throw ArgumentError(
      fmt::format("mesh: {} × {} {}; expected at least 1 × 1", grid.columns, grid.rows, places));
}

}  // namespace

Mesh::Mesh(Index columns, Index rows) : Mesh(LinkGrid{columns, rows}, {}) {}

Mesh::Mesh(const LinkGrid& chip, const std::vector<LinkGrid>& levels,
           const std::vector<Index>& edges_of_chip)
    : tiles_(chip) {
  require_places(chip, "tiles");
  for (const LinkGrid& level : levels) {
    require_places(level, "units");
    levels_.push_back({tiles_, {}, 0});
    tiles_.columns *= level.columns;
    tiles_.rows *= level.rows;
  }
  n_links_ = tiles_.n_links();
  for (Level& level : levels_) {
    level.units = {tiles_.columns / level.unit.columns, tiles_.rows / level.unit.rows};
    level.first_link = n_links_;
    n_links_ += level.units.n_links();
  }
  if (!edges_of_chip.empty()) mark(edges_of_chip);
}

/// Both links of each edge between two chips of one unit.
void Mesh::mark(const std::vector<Index>& edges_of_chip) {
  const Level& chips = levels_.front();
  kinds_.assign(static_cast<size_t>(chips.units.n_links()), 0);
  const auto join = [&](Index a, Index b, Index step) {
    const Index out = link(corner_of(b) - step, corner_of(b));
    const Index kind =
        std::max(edges_of_chip[static_cast<size_t>(a)], edges_of_chip[static_cast<size_t>(b)]);
    if (kind <= 0 || level_of(out) != 0) return;
    for (const Index each : {out, chips.first_link + chips.units.link(b, a)}) {
      kinds_[static_cast<size_t>(each - chips.first_link)] = kind;
    }
  };
  for (Index chip = 0; chip < n_chips(); ++chip) {
    if ((chip + 1) % chips.units.columns != 0) join(chip, chip + 1, 1);
    if (chip + chips.units.columns < n_chips()) join(chip, chip + chips.units.columns, columns());
  }
}

Index Mesh::edge_kind(Index link) const {
  const Index level = level_of(link);
  if (level != 0 || kinds_.empty()) return level;
  return kinds_[static_cast<size_t>(link - levels_.front().first_link)];
}

Index Mesh::edges(Index kind) const {
  const auto of_own = [&](const auto& counts) {
    return std::count_if(kinds_.begin(), kinds_.end(), counts) / 2;
  };
  if (kind >= n_levels()) return of_own([&](Index each) { return each == kind; });
  return edges_of_level(kind) - (kind == 0 ? of_own([](Index each) { return each > 0; }) : 0);
}

Index Mesh::edges_of_level(Index level) const {
  const auto k = static_cast<size_t>(level);
  const LinkGrid& unit = levels_[k].unit;
  const LinkGrid& around = k + 1 < levels_.size() ? levels_[k + 1].unit : tiles_;
  const LinkGrid inside{around.columns / unit.columns, around.rows / unit.rows};
  return inside.edges() * (tiles_.size() / around.size());
}

Index Mesh::hops(Index from, Index to) const {
  const Index width = columns();
  return std::abs(from % width - to % width) + std::abs(from / width - to / width);
}

Index Mesh::unit_column(Index level, Index column) const {
  return column / levels_[static_cast<size_t>(level)].unit.columns;
}

Index Mesh::unit_row(Index level, Index row) const {
  return row / levels_[static_cast<size_t>(level)].unit.rows;
}

Index Mesh::unit_of(const Level& level, Index tile) const {
  return tile / columns() / level.unit.rows * level.units.columns +
         tile % columns() / level.unit.columns;
}

Index Mesh::chip_of(Index tile) const {
  return levels_.empty() ? 0 : unit_of(levels_.front(), tile);
}

Index Mesh::corner_of(Index chip) const {
  if (levels_.empty()) return 0;
  const Level& level = levels_.front();
  return chip / level.units.columns * level.unit.rows * columns() +
         chip % level.units.columns * level.unit.columns;
}

Index Mesh::level_of(Index link) const {
  Index level = n_levels() - 1;
  while (level >= 0 && link < levels_[static_cast<size_t>(level)].first_link) --level;
  return level;
}

/// Of the units that the hop leaves, the largest one's link carries it.
Index Mesh::link(Index from, Index to) const {
  const bool along_row = columns() > 1 && std::abs(from - to) == 1;
  const LinkGrid& chip = levels_.empty() ? tiles_ : levels_.front().unit;
  const Index farther = std::max(from, to);
  const bool on_chip =
      along_row ? farther % columns() % chip.columns != 0 : farther / columns() % chip.rows != 0;
  if (on_chip) return tiles_.link(from, to);
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    const Index a = unit_of(*level, from), b = unit_of(*level, to);
    if (a != b) return level->first_link + level->units.link(a, b);
  }
  return tiles_.link(from, to);
}

std::vector<Index> Mesh::path(Index from, Index to) const {
  std::vector<Index> links;
  links.reserve(static_cast<size_t>(hops(from, to)));
  const LinkGrid& chip = levels_.empty() ? tiles_ : levels_.front().unit;
  // most hops stay on a chip, which is quickly told
  const auto step = [&](Index here, Index next, Index behind, Index side) {
    links.push_back(behind % side == 0 ? link(here, next) : tiles_.link(here, next));
    return next;
  };
  Index here = from;
  for (Index column = from % columns(); column != to % columns();) {
    const Index next = column + (to % columns() > column ? 1 : -1);
    here = step(here, here + next - column, std::max(column, next), chip.columns);
    column = next;
  }
  for (Index row = from / columns(); row != to / columns();) {
    const Index next = row + (to > here ? 1 : -1);
    here = step(here, here + (next - row) * columns(), std::max(row, next), chip.rows);
    row = next;
  }
  return links;
}

Index Mesh::snake(Index step) const {
  Index column = 0, row = 0;
  bool upwards = false;
  LinkGrid around = tiles_;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    const LinkGrid& unit = level->unit;
    const Index in_strip = around.rows / unit.rows, n = step / unit.size();
    const Index strip = n / in_strip, position = n % in_strip;
    upwards ^= strip % 2 == 1;
    column += strip * unit.columns;
    row += (upwards ? in_strip - 1 - position : position) * unit.rows;
    step %= unit.size();
    around = unit;
  }
  const Index down = step / around.columns, along = step % around.columns;
  row += upwards ? around.rows - 1 - down : down;
  return row * columns() + column + (row % 2 == 0 ? along : around.columns - 1 - along);
}

MeshGraph mesh_graph(const Mesh& mesh) {
  const LinkGrid tiles{mesh.columns(), mesh.rows()};
  MeshGraph graph(static_cast<size_t>(mesh.size()));
  const auto join = [&](Index a, Index b) {
    boost::add_edge(static_cast<size_t>(a), static_cast<size_t>(b), tiles.link(a, b), graph);
    boost::add_edge(static_cast<size_t>(b), static_cast<size_t>(a), tiles.link(b, a), graph);
  };
  for (Index t = 0; t < mesh.size(); ++t) {
    if (t % mesh.columns() + 1 < mesh.columns()) join(t, t + 1);
    if (t + mesh.columns() < mesh.size()) join(t, t + mesh.columns());
  }
  return graph;
}

double mean_uniform_hops(const Mesh& mesh) {
  Index total = 0;
  for (Index a = 0; a < mesh.size(); ++a) {
    for (Index b = 0; b < mesh.size(); ++b) total += mesh.hops(a, b);
  }
  return static_cast<double>(total) / static_cast<double>(mesh.size() * mesh.size());
}

}  // namespace ohm
