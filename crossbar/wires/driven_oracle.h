// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/wires/network.h"

namespace ohm {

/// effective_conductance by direct elimination of all nodes: the slow twin, for tests and small
/// arrays.
///
/// Model: Kirchhoff's current law at the 2 m n nodes, resistances as conductances, nodes that an
/// ideal conductor joins merged into one; sparse Cholesky in extended precision (1/R stands beside
/// conductances nine orders smaller), one back substitution per wordline. Shares nothing with the
/// line solver but the description of the network. Seconds at 64 x 64.
/// Returns (n_wordlines, n_bitlines), S. Throws ArgumentError for impossible networks, SolveError
/// if the elimination breaks down.
Matrix<double> effective_conductance_nodal(const Matrix<double>& g, const WireResistances& wires);

}  // namespace ohm
