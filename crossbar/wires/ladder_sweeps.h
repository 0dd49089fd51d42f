// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/wires/ladders.h"

namespace ohm {

/// Lanes that a sweep over many inputs carries together.
inline constexpr Index kSweepLanes = 8;

/// What the sweeps carry for `lanes` inputs at once, 1 or kSweepLanes; cell by cell in the ladders'
/// diagonal order, the lanes of a cell side by side. Every lane computes the same bits alone or in
/// company, for any width of vector.
struct LineSweep {
  Index lanes = 1;
  std::vector<double> drive;             ///< V, source of each wordline (m, lanes)
  std::vector<double> cell_current;      ///< A, added from wordline to bitline; one lane, or empty
  std::vector<double> wordline_current;  ///< A, collapsed: K of each wordline link
  std::vector<double> bitline_current;   ///< A, collapsed: K of each bitline link
  std::vector<double> near_output;       ///< A, into the senses at the last row, last bitline first
  std::vector<double> far_output;        ///< A, into the senses at row 0 if there are any
  std::vector<double> along_wordlines;   ///< running value of each wordline
  std::vector<double> along_bitlines;    ///< running value of each bitline, last bitline first

  /// At rest: no voltage, no current.
  LineSweep(const Ladders& ladders, Index n_lanes);
  void rest();
};

/// Wordlines outwards, bitlines inwards: the wordline nodes that the collapsed wordlines imply, the
/// cell currents those cause, and the collapsed bitlines, which move `omega` times the way to them
/// from where they were. Sets near_output.
void ascend(const Ladders& ladders, LineSweep& sweep, double omega);

/// Bitlines outwards, wordlines inwards: the same with the lines exchanged. Sets far_output.
void descend(const Ladders& ladders, LineSweep& sweep, double omega);

}  // namespace ohm
