// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"
#include "mapping/chip/mesh.h"

namespace ohm {

/// Distances and routes between places (tiles of a chip, of several chiplets), for placement.
///
/// A mesh, of one chip or of many, routes in dimension order, as Mesh::path does, in closed form.
/// Any other network is given as a graph: routes are shortest paths, kept in tables.
class Interconnect {
 public:
  static constexpr Index kMostTabled = 8192;

  /// `crossing` by level of the mesh: what a byte costs over a link between its units, 1 on chip;
  /// empty: 1 everywhere. ArgumentError unless there is one for each level, between 1 and 2^20.
  explicit Interconnect(const Mesh& mesh, const std::vector<Index>& crossing = {});

  /// `cost` by edge_index: what a byte costs on that link (say 1 on chip, 10 between chiplets);
  /// empty: 1 everywhere. ArgumentError unless the graph is connected, has 1 to kMostTabled
  /// vertices, and each link has a reverse one of equal cost, between 1 and 2^20.
  explicit Interconnect(const MeshGraph& graph, const std::vector<Index>& cost = {});

  Index size() const { return static_cast<Index>(neighbours_.size()); }

  /// Cost of a byte from one place to another; symmetric.
  std::int64_t hops(Index from, Index to) const {
    if (!distance_.empty()) return distance_[entry(from, to)];
    return std::abs(x(from) - x(to)) + std::abs(y(from) - y(to));
  }

  /// The next place on the route from `at` to `root`, or, outward, the one before `at` on the route
  /// from `root`: all routes of a root form a tree. `at` is not `root`.
  Index parent(Index at, Index root, bool outward) const {
    if (!parent_.empty()) return parent_[entry(root, at)];
    const bool along_row =
        outward ? row(at) == row(root) : column(at) != column(root);  // columns last from the root
    if (along_row) return at + (column(root) > column(at) ? 1 : -1);
    return at + (root > at ? columns_ : -columns_);
  }

  const std::vector<Index>& neighbours(Index place) const {
    return neighbours_[static_cast<size_t>(place)];
  }

  /// Entry r: no place has its r-th nearest other place nearer than this.
  const std::vector<std::int64_t>& nearest() const { return nearest_; }

 private:
  size_t entry(Index root, Index at) const { return static_cast<size_t>(root * size() + at); }
  Index column(Index place) const { return column_[static_cast<size_t>(place)]; }
  Index row(Index place) const { return row_[static_cast<size_t>(place)]; }
  /// What a byte costs from the first column (or row) to that of a place.
  Index x(Index place) const { return x_[static_cast<size_t>(column(place))]; }
  Index y(Index place) const { return y_[static_cast<size_t>(row(place))]; }
  void tabulate(const MeshGraph& graph, const std::vector<Index>& cost, Index root);

  Index columns_ = 0;
  std::vector<Index> column_, row_;     // of a mesh
  std::vector<Index> x_, y_;            // of a mesh: by column, by row
  std::vector<std::int32_t> distance_;  // of a graph: [root][at]
  std::vector<std::uint16_t> parent_;   // of a graph: [root][at]
  std::vector<std::vector<Index>> neighbours_;
  std::vector<std::int64_t> nearest_;
};

}  // namespace ohm
