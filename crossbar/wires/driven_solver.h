// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/wires/ladder_sweeps.h"

namespace ohm {

/// Currents out of the bitlines of a driven array with resistive wires, exact to `tolerance`.
///
/// Model: Kirchhoff's current law at the 2 m n nodes of WireResistances' network, ohmic cells,
/// every wordline driven (0 V is a driven 0 V). Eliminating the wordlines, then the bitlines,
/// leaves the fixed point v = E v + f with E = (T_b + D)^-1 D (T_w + D)^-1 D, T the ladders of
/// wires and D the cells; E is similar to a symmetric matrix with eigenvalues between 0 and a bound
/// known from path sums, so that Chebyshev iteration (Golub and Varga 1961) converges at a known
/// rate, and the error of an output is bounded in terms of the energy: see solve_lines. Inputs that
/// this does not settle soon, or whose outputs rounding might stir, are multiplied by
/// effective_conductance. Args: `g` (n_wordlines, n_bitlines), S; `v` (batch, n_wordlines), V.
/// Returns (batch, n_bitlines), A. Error of each output at most `tolerance` times itself if no
/// voltages of its input differ in sign (where they do, outputs below 1e-14/tolerance of the
/// input's largest count as that large). Bits do not depend on batch, machine or width of vectors.
/// Throws ArgumentError for impossible networks.
Matrix<double> driven_currents(const Matrix<double>& g, const WireResistances& wires,
                               const Matrix<double>& v, double tolerance = 1e-10);

/// Largest eigenvalue of E, bounded from above: L_w/(1 + L_w) · L_b/(1 + L_b) with the ladders'
/// loads L, since ||T^-1 D|| in the maximum norm is at most the load.
double coupling_bound(const Ladders& ladders);

/// What sweeps leave.
struct SweptLines {
  Matrix<double> currents;    ///< A, out of the bitlines, (lanes, n_bitlines)
  std::vector<bool> settled;  ///< whether a lane's currents are exact to the tolerance

  bool all_settled() const;
};

/// Iterates `sweep` towards the solution for its drive and cell_current: from rest, or with
/// cell_current from wherever it stands.
///
/// From rest the squared error of the wordlines in the norm of T_w + D begins below
/// V² L_w / (1 + L_w) (L_b / (1 + L_b))² Σ G, shrinks as Chebyshev says, and reaches output j by at
/// most the root of Σ G of bitline j: a lane is settled once every output meets this bound.
/// With cell_current nothing bounds the beginning, and the changes of the outputs are followed.
/// Nothing is settled where too many sweeps were needed, or where rounding might not leave
/// `tolerance`.
SweptLines solve_lines(const Ladders& ladders, LineSweep& sweep, double tolerance);

/// The nodes of a solved sweep of one lane.
NodeVoltages node_voltages(const Ladders& ladders, LineSweep& sweep);

}  // namespace ohm
