// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <vector>

#include "core/index.h"

namespace ohm {

/// Tiles are vertices, links are directed edges whose edge_index is the link's number.
using MeshGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property,
                          boost::property<boost::edge_index_t, Index>>;

/// The network on chip: a mesh of routers with one link in each direction between neighbours.
///
/// Tile t stands in column t mod columns and row t / columns.
class Mesh {
 public:
  /// ArgumentError unless both are at least 1.
  Mesh(Index columns, Index rows);

  Index size() const { return columns_ * rows_; }
  Index columns() const { return columns_; }
  Index rows() const { return rows_; }
  Index n_links() const { return static_cast<Index>(boost::num_edges(graph_)); }
  const MeshGraph& graph() const { return graph_; }

  /// Links between two tiles: |Δcolumn| + |Δrow|.
  Index hops(Index from, Index to) const;

  /// The links from one tile to another in dimension order: first along the row, then the column.
  std::vector<Index> path(Index from, Index to) const;

  /// The tile at position `step` of the snake: row 0 left to right, row 1 right to left, …
  Index snake(Index step) const;

 private:
  Index link(Index from, Index to) const;

  Index columns_, rows_;
  MeshGraph graph_;
};

/// Mean hops between two tiles drawn uniformly and independently (a tile may draw itself).
double mean_uniform_hops(const Mesh& mesh);

}  // namespace ohm
