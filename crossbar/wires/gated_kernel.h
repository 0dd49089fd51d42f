// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// Columns that lie side by side in memory; a multiple of every vector's lanes.
inline constexpr Index kGatedPanel = 64;

/// One panel of columns of a gated array in its own units: conductances at most 1.
struct GatedPanel {
  const double* cells;  ///< (n_wordlines, kGatedPanel)
  Index n_wordlines;
  Index columns;  ///< in use, the first of the panel
  double r_bitline, r_sourceline;
  Index idle_rows;  ///< after the last wordline
};

/// What closes a column: its current is scale x the conductance between its source and ground.
struct GatedEnds {
  double r_driver;
  double r_sense;
  bool fed_at_both_ends;
  double scale;
};

/// Columns without a source line of their own, or one fed beside the sense end: one ladder of
/// r_bitline (which holds both lines' resistance then) behind r_sense (which holds the driver's).
void single_ladder(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                   double* currents);

/// Columns with a resistive source line that is fed at row 0, or at both ends.
void double_ladder(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                   double* currents);

}  // namespace ohm
