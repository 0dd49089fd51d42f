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
/// rate: conjugate gradients on the Schur complement with the bitlines as preconditioner search the
/// same space, but their inner products would tie the bits to the batch. Args: `g` (n_wordlines,
/// n_bitlines), S; `v` (batch, n_wordlines), V. Returns (batch, n_bitlines), A. Error of each
/// output at most `tolerance` times itself if no voltages of its input differ in sign (where they
/// do, outputs below 1e-14/tolerance of the input's largest count as that large). Bits do not
/// depend on batch, machine or width of vectors. Throws ArgumentError for impossible networks,
/// SolveError where the wires' drop is so extreme that the tolerance cannot be reached.
Matrix<double> driven_currents(const Matrix<double>& g, const WireResistances& wires,
                               const Matrix<double>& v, double tolerance = 1e-10);

/// The matrix that a driven array with resistive wires multiplies by: currents = v @ g_eff,
/// exactly, since the network is linear.
///
/// Solves for unit voltages at the wordlines or, by reciprocity, at the senses, whichever are
/// fewer. Returns (n_wordlines, n_bitlines), S; otherwise as driven_currents.
Matrix<double> effective_conductance(const Matrix<double>& g, const WireResistances& wires,
                                     double tolerance = 1e-10);

/// Largest eigenvalue of E, bounded from above: L_w/(1 + L_w) · L_b/(1 + L_b) with the ladders'
/// loads L, since ||T^-1 D|| in the maximum norm is at most the load.
double coupling_bound(const Ladders& ladders);

/// What rounding may leave of the outputs at worst, relative; no tolerance below it can be met.
double attainable_tolerance(const Ladders& ladders);

/// Iterates `sweep`, at rest or (with cell_current) from the solution of a similar network, to the
/// solution for its drive and cell_current.
///
/// Returns the bitline currents (lanes, n_bitlines), A. Error and exceptions as driven_currents.
Matrix<double> solve_lines(const Ladders& ladders, LineSweep& sweep, double tolerance);

/// Voltages of the nodes on both sides of every cell, V, (n_wordlines, n_bitlines).
struct NodeVoltages {
  Matrix<double> wordline, bitline;
};

/// The nodes of a solved sweep of one lane.
NodeVoltages node_voltages(const Ladders& ladders, LineSweep& sweep);

}  // namespace ohm
