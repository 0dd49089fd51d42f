// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <vector>

#include "core/index.h"
#include "mapping/system/link_grid.h"

namespace ohm {

/// Tiles are vertices, links are directed edges whose edge_index is the link's number.
using MeshGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property,
                          boost::property<boost::edge_index_t, Index>>;

/// The network of routers: a mesh with one link in each direction between neighbouring tiles.
///
/// Tile t stands in column t mod columns and row t / columns. The mesh of a system is that of its
/// chips side by side. Units of level 0 are the chips, those of level 1 groups of chips (packages),
/// and so on; a hop from one unit of level k to the next, inside one unit of level k + 1, takes the
/// link of level k. All hops over one edge of a unit share its link.
class Mesh {
 public:
  /// One chip. ArgumentError unless both are at least 1.
  Mesh(Index columns, Index rows);

  /// Chips of `chip` tiles; entry k of `levels`: how many units of level k stand in each direction
  /// of a unit of level k + 1. `edges_of_chip`: the kind of edges by which a chip is joined to the
  /// others of its unit, or -1: 0; empty: 0 of all. ArgumentError unless all sizes are at least 1.
  Mesh(const LinkGrid& chip, const std::vector<LinkGrid>& levels,
       const std::vector<Index>& edges_of_chip = {});

  Index size() const { return tiles_.size(); }
  Index columns() const { return tiles_.columns; }
  Index rows() const { return tiles_.rows; }
  Index n_levels() const { return static_cast<Index>(levels_.size()); }
  Index n_chips() const { return levels_.empty() ? 1 : levels_.front().units.size(); }

  /// Numbers of links are below this: first those between tiles, then the links of each level.
  Index n_links() const { return n_links_; }
  /// Edges between units of this kind.
  Index edges(Index kind) const;

  /// Links between two tiles: |Δcolumn| + |Δrow|.
  Index hops(Index from, Index to) const;

  /// The links from one tile to another in dimension order: first along the row, then the column.
  std::vector<Index> path(Index from, Index to) const;

  /// The link from a tile to its neighbour.
  Index link(Index from, Index to) const;

  /// The level of a link between units; -1 for links inside a chip.
  Index level_of(Index link) const;

  /// The kind of edge that a link crosses: its level, or what a chip at either end has of its own;
  /// -1 for links inside a chip.
  Index edge_kind(Index link) const;

  /// The chip of a tile; chips are numbered row by row.
  Index chip_of(Index tile) const;
  /// The first tile of a chip.
  Index corner_of(Index chip) const;

  /// Column (or row) of a unit among all of its level, by the tile's column (or row).
  Index unit_column(Index level, Index column) const;
  Index unit_row(Index level, Index row) const;

  /// The tile at position `step` of the snake, which fills chip after chip: row 0 left to right,
  /// row 1 right to left, … through a column of chips, then back through the next one.
  Index snake(Index step) const;

 private:
  struct Level {
    LinkGrid unit;         // tiles of one unit
    LinkGrid units;        // units in the system
    Index first_link = 0;  // number of the first of its links
  };

  Index unit_of(const Level& level, Index tile) const;
  Index edges_of_level(Index level) const;
  void mark(const std::vector<Index>& edges_of_chip);

  LinkGrid tiles_;
  std::vector<Level> levels_;
  std::vector<Index> kinds_;  // of links of level 0; empty: 0
  Index n_links_ = 0;
};

/// The mesh as a graph of tiles. Its edges are the links between tiles, which stand for those of
/// the levels where they leave a chip.
MeshGraph mesh_graph(const Mesh& mesh);

/// Mean hops between two tiles drawn uniformly and independently (a tile may draw itself).
double mean_uniform_hops(const Mesh& mesh);

}  // namespace ohm
