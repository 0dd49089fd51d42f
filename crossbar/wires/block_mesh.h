// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/wires/network.h"
#include "crossbar/wires/star_mesh.h"

namespace ohm {

/// Wordlines [row, row_end) by bitlines [column, column_end) of an array.
struct Block {
  Index row = 0, row_end = 0, column = 0, column_end = 0;

  Index rows() const { return row_end - row; }
  Index columns() const { return column_end - column; }
};

/// Of a link of `ohms`, S; an ideal one gets 1e140 S: what else it could do with a current lies far
/// below rounding beside cells and wires of at most 1e30 S, and products of shares do not overflow.
double link_conductance(double ohms);

/// Drivers and senses each with branches of their own, or all as one ground.
enum class Terminals { separate, joined };

/// The network of a block's cells, their nodes, and the links of these towards driver and sense.
///
/// A block shares nodes with its neighbours: the wordlines' to the left (where its own links end)
/// and its last ones to the right, its bitlines' first ones above and the neighbour's below. The
/// mesh has the `inner` nodes first, which are to be eliminated or have been; then the shared ones,
/// each side in a row: left, right, above, below; then the terminals: drivers, senses.
struct BlockMesh {
  Block block;
  Index inner = 0, left = 0, right = 0, above = 0, below = 0, drivers = 0, senses = 0;
  Mesh mesh;
  std::vector<Index> names;  ///< of the nodes: i n + j on wordlines, (m + i) n + j on bitlines

  Index left_at() const { return inner; }
  Index right_at() const { return left_at() + left; }
  Index above_at() const { return right_at() + right; }
  Index below_at() const { return above_at() + above; }
  Index drivers_at() const { return mesh.partners_from; }
  Index senses_at() const { return mesh.terminals_from; }
};

/// A driven array as blocks.
class BlockArray {
 public:
  /// Keeps a reference to `g`. Throws ArgumentError as check_network.
  BlockArray(const Matrix<double>& g, const WireResistances& wires, Terminals terminals);

  Block whole() const { return {0, g_.rows, 0, g_.cols}; }
  /// The branches of a (small) block as they are in the circuit.
  BlockMesh circuit(const Block& block) const;
  /// Two reduced blocks, the second right of the first or below it; the nodes that they share
  /// become inner ones.
  BlockMesh join(const BlockMesh& first, const BlockMesh& second) const;

 private:
  BlockMesh empty(const Block& block, Index inner) const;

  const Matrix<double>& g_;
  WireResistances wires_;
  Terminals terminals_;
};

}  // namespace ohm
