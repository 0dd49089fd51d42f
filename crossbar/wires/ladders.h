// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/wires/network.h"

namespace ohm {

/// What the second terminal of a line is, seen from the node next to it.
struct FarEnd {
  double conductance = 0.0;  ///< to the terminal, S; 0 where the line ends open
  bool ideal = false;        ///< the node is the terminal itself
};

/// A driven array as resistor ladders, each collapsed once from its far end to its terminal.
///
/// Model: a line with node voltages x, cells G to nodes at y, and link resistance R towards the
/// terminal obeys, from its far end inwards (Norton's theorem, node by node),
///     Y = G + Y_next · gain_next,   gain = 1 / (1 + R Y),   K = gain · (G y + K_next),
/// K being the current through the link; then outwards x = gain · x_before + R K. Sums and products
/// of non-negative numbers only: no conductance 1/R appears, so that R = 0 is nothing special, and
/// no digit cancels.
///
/// Cells are kept in diagonal order (d = row + column, rows ascending within a diagonal): a
/// recurrence along wordlines and one along bitlines then both run from one diagonal to the next
/// over contiguous cells, hence vectorise without transposing.
struct Ladders {
  Index m = 0, n = 0;        ///< wordlines, bitlines
  std::vector<Index> start;  ///< first cell of each diagonal; one more entry at the end
  std::vector<double> g;     ///< cell conductance, S
  std::vector<double> wordline_gain, wordline_ohms;  ///< of the link towards the driver
  std::vector<double> bitline_gain, bitline_ohms;    ///< of the link towards the sense
  FarEnd wordline_far, bitline_far;
  WireResistances wires;
  double wordline_load = 0.0, bitline_load = 0.0;  ///< largest Σ G R(cell to terminal) of a line
  std::vector<double> bitline_g;                   ///< Σ G of each bitline, S

  Index diagonals() const { return m + n - 1; }
  Index first_row(Index d) const { return d < n ? 0 : d - n + 1; }
  Index length(Index d) const { return start[static_cast<size_t>(d) + 1] - offset(d); }
  Index offset(Index d) const { return start[static_cast<size_t>(d)]; }
};

/// Factors the network once for any number of inputs, O(cells). Throws ArgumentError as
/// check_network does.
Ladders make_ladders(const Matrix<double>& g, const WireResistances& wires);

/// Replaces the cells by legal ones of the same shape, and factors again.
void set_cells(Ladders& ladders, const Matrix<double>& g);

/// A row-major (m, n) matrix in the ladders' diagonal order, and back.
void to_diagonals(const Ladders& ladders, const Matrix<double>& from, std::vector<double>& to);
Matrix<double> from_diagonals(const Ladders& ladders, const std::vector<double>& from);

}  // namespace ohm
