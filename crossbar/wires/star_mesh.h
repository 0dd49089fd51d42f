// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"

namespace ohm {

/// Columns of a Mesh come in groups of this many, each of which begins at a multiple of it.
inline constexpr Index kMeshTile = 16;

/// A network of conductances between nodes, and between nodes and terminals of fixed voltage.
///
/// `g`, S, is (nodes, stride) in row-major order: the branch between node i and node j > i, or to
/// a terminal in the columns behind the nodes. Entries up to the diagonal mean nothing, columns
/// that stand for nothing are zero. Those of `terminals_from` on are terminals whose branches to
/// the `n_partners` columns before them, counted from `partners_from`, are wanted as well.
struct Mesh {
  Index nodes = 0, stride = 0;
  Index partners_from = 0, n_partners = 0, terminals_from = 0;
  std::vector<double> g;
  std::vector<double> between;  ///< S, (n_partners, stride - terminals_from): grows

  double& at(Index i, Index j) { return g[static_cast<size_t>(i * stride + j)]; }
  double at(Index i, Index j) const { return g[static_cast<size_t>(i * stride + j)]; }
};

/// Replaces the first `count` nodes by what they do between all others.
///
/// Model: a star of conductances a_j around a node is the mesh a_i a_j / Σ a (Rosen 1924), node by
/// node: Gaussian elimination of the nodal equations whose diagonal is never formed, but summed
/// from the branches (Grassmann, Taksar and Heyman 1985). Sums, products and quotients of
/// non-negative numbers only, so that every conductance keeps its digits, however far apart those
/// of wires and cells lie. Rows of the eliminated nodes keep their star. Returns Σ a of each. Bits
/// do not depend on the machine or the width of its vectors.
std::vector<double> eliminate_stars(Mesh& mesh, Index count);

}  // namespace ohm
