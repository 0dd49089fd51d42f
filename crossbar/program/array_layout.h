// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tensor.h"
#include "crossbar/program/cells.h"

namespace ohm {

/// Outputs of a tile of so many columns: those of one weight slice after those of another.
Index outputs_of(const Macro& macro, Index columns);

/// How many arrays side by side hold the outputs of a tile.
Index arrays_across(const Macro& macro, Index outputs);

/// One array as it lies in silicon: (n_wordlines, n_bitlines), S, every cell that the tile does not
/// use at g_min. Bitlines are in the order of bitline_of(); a reference bitline is the last.
Matrix<double> gather_array(const Macro& macro, const TileCells& cells, Index array);

/// Puts the used cells of an array back.
void scatter_array(const Macro& macro, const Matrix<double>& g, Index array, TileCells& cells);

}  // namespace ohm
