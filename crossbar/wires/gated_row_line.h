// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace ohm {

/// Wires of a gated array whose source lines run parallel to its wordlines, Ohm: the line of a row
/// feeds all its cells, from r_driver before column 0.
struct RowLineWires {
  double r_bitline = 0.0;     ///< one segment, between two rows
  double r_sense = 0.0;       ///< from the last row to the virtual ground
  double r_sourceline = 0.0;  ///< one segment, between two columns
  double r_driver = 0.0;      ///< from the read voltage to column 0

  bool operator==(const RowLineWires&) const = default;
};

/// Bitline currents, A, (batch, n_bitlines), of gated cells that share a source line per row.
///
/// Model: cells of rows with x = 1 conduct; their source lines, all at the read voltage, couple the
/// columns. That is the driven array of the cells that are on, solved anew for each input.
/// Args: `g` (n_wordlines, n_bitlines), S; `x` (batch, n_wordlines) of 0 and 1; `v_read`, V;
/// `tolerance`, relative error of the currents. Throws ArgumentError on anything invalid,
/// SolveError where the tolerance is not reached.
Matrix<double> gated_row_line_currents(const Matrix<double>& g, const Matrix<std::uint8_t>& x,
                                       double v_read, const RowLineWires& wires, double tolerance);

}  // namespace ohm
