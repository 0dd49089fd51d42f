// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/mesh.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/error.h"

namespace ohm {

Mesh::Mesh(Index columns, Index rows) : columns_(columns), rows_(rows) {
  if (columns < 1 || rows < 1) {
    throw ArgumentError(fmt::format("mesh: {} × {} tiles; expected at least 1 × 1", columns, rows));
  }
  graph_ = MeshGraph(static_cast<size_t>(size()));
  Index number = 0;
  const auto join = [&](Index a, Index b) {
    boost::add_edge(static_cast<size_t>(a), static_cast<size_t>(b), number++, graph_);
    boost::add_edge(static_cast<size_t>(b), static_cast<size_t>(a), number++, graph_);
  };
  for (Index t = 0; t < size(); ++t) {
    if (t % columns_ + 1 < columns_) join(t, t + 1);
    if (t + columns_ < size()) join(t, t + columns_);
  }
}

Index Mesh::hops(Index from, Index to) const {
  return std::abs(from % columns_ - to % columns_) + std::abs(from / columns_ - to / columns_);
}

Index Mesh::link(Index from, Index to) const {
  const auto [edge, found] =
      boost::edge(static_cast<size_t>(from), static_cast<size_t>(to), graph_);
  if (!found) throw ArgumentError(fmt::format("mesh: no link from tile {} to {}", from, to));
  return boost::get(boost::edge_index, graph_, edge);
}

std::vector<Index> Mesh::path(Index from, Index to) const {
  std::vector<Index> links;
  for (Index here = from; here != to;) {
    const Index column = here % columns_, goal = to % columns_;
    Index next = here + (to > here ? columns_ : -columns_);
    if (column != goal) next = here + (goal > column ? 1 : -1);
    links.push_back(link(here, next));
    here = next;
  }
  return links;
}

Index Mesh::snake(Index step) const {
  const Index row = step / columns_, column = step % columns_;
  return row * columns_ + (row % 2 == 0 ? column : columns_ - 1 - column);
}

double mean_uniform_hops(const Mesh& mesh) {
  Index total = 0;
  for (Index a = 0; a < mesh.size(); ++a) {
    for (Index b = 0; b < mesh.size(); ++b) total += mesh.hops(a, b);
  }
  return static_cast<double>(total) / static_cast<double>(mesh.size() * mesh.size());
}

}  // namespace ohm
