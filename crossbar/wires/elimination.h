// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "crossbar/wires/network.h"

namespace ohm {

/// The matrix that a driven array with resistive wires multiplies by: currents = v @ g_eff,
/// exactly, since the network is linear.
///
/// Model: the array is halved again and again (nested dissection, George 1973), and the nodes that
/// two halves share are eliminated from the meshes that their others have become (eliminate_stars),
/// until only drivers and senses remain; about 16 n³ multiplications for n x n cells, whatever the
/// resistances. No two numbers are ever subtracted, so that each entry is exact to some 1e-14 of
/// itself, however far apart wires and cells lie, unless it underflows (1e-300 S; beside ideal
/// conductors, which count as 1e140 S, 1e-120 of the largest entry). Args: `g` (n_wordlines,
/// n_bitlines), S. Returns the same shape, S. Bits do not depend on the machine or
/// the width of its vectors. Throws ArgumentError for impossible networks.
Matrix<double> effective_conductance(const Matrix<double>& g, const WireResistances& wires);

/// What the nodes of a driven array settle to, and the currents, A, out of its bitlines.
struct Settled {
  NodeVoltages nodes;
  std::vector<double> currents;
};

/// The network of effective_conductance, eliminated once for any number of inputs.
class Elimination {
 public:
  /// Throws ArgumentError as effective_conductance.
  Elimination(const Matrix<double>& g, const WireResistances& wires);

  /// For voltages `drive`, V, of the wordlines' sources; `cell_current`, A, (n_wordlines,
  /// n_bitlines) or empty, flows through each cell on top of what its conductance carries.
  Settled settle(std::span<const double> drive, const Matrix<double>& cell_current = {}) const;

 private:
  /// Nodes that were eliminated together, and the branches they then had.
  struct Stars {
    Index stride = 0;
    std::vector<double> branches;  ///< S, (eliminated, stride): entries behind the diagonal count
    std::vector<double> sums;      ///< S, of each node's branches
    std::vector<Index> names;      ///< of the eliminated nodes, then of the others in the mesh
  };

  Settled settled_at(const std::vector<double>& x) const;

  Index m_, n_;
  WireResistances wires_;
  std::vector<Stars> stars_;  ///< in the order of their elimination
};

}  // namespace ohm
