// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/tensor.h"

namespace ohm {

/// Resistances of a driven array's wires and terminations, Ohm; zero is an ideal conductor.
///
/// Wordline i runs from its source through r_driver (lead-in included) to column 0, then through
/// one r_wordline per further column. Bitline j runs through one r_bitline per further row to the
/// last row, then through r_sense to virtual ground. With drive_both_ends the same source also
/// feeds the last column through an r_driver of its own; with sense_both_ends a second r_sense
/// grounds row 0, and the output is the sum of both currents.
struct WireResistances {
  double r_wordline = 0.0;  ///< one segment of a wordline, between neighbouring columns
  double r_bitline = 0.0;   ///< one segment of a bitline, between neighbouring rows
  double r_driver = 0.0;    ///< source to the first node of a wordline
  double r_sense = 0.0;     ///< last node of a bitline to virtual ground
  bool drive_both_ends = false;
  bool sense_both_ends = false;

  bool operator==(const WireResistances&) const = default;
};

/// Voltages of the nodes on both sides of every cell, V, (n_wordlines, n_bitlines).
struct NodeVoltages {
  Matrix<double> wordline, bitline;
};

/// Refuses a resistance of a wire or termination that no circuit has; `name` says which in errors.
///
/// Range: 0 (ideal), or 1e-30 to 1e30 Ohm. Throws ArgumentError.
void check_resistance(double ohms, std::string_view name);

/// Refuses conductances that no cell has. `g` is (n_wordlines, n_bitlines), S.
///
/// Range: at least one cell; each 0 to 1e30 S. Throws ArgumentError naming the first bad cell.
void check_conductances(const Matrix<double>& g);

/// check_conductances and check_resistance of all four.
void check_network(const Matrix<double>& g, const WireResistances& wires);

/// Refuses voltages that are not (batch, n_wordlines) and finite. Throws ArgumentError.
void check_voltages(const Matrix<double>& v, Index n_wordlines);

/// Refuses a tolerance on outputs outside [1e-13, 0.1]. Throws ArgumentError.
void check_tolerance(double tolerance);

}  // namespace ohm
