// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/program/program.h"

namespace ohm {

/// Whether the sums of this tile come from networks of wires that depend on the inputs.
bool solves_wires(const ProgrammedTile& tile);

/// Sums of cells behind resistive wires, exactly: in codes, (n, slices · outputs).
///
/// driven: (n, range.rows), the values of one step on the wordlines of a row group; all others are
/// off, or at 0 V. In driven arrays a value is an amplitude, full scale the read voltage. In gated
/// arrays a value of several bits opens its gates once for each bit, for a time that the bit
/// counts; negative values are read in a pass of their own, with the polarity reversed. Currents
/// become codes by the read voltage and the spacing of the levels.
void wire_sums(const Macro& macro, const ProgrammedTile& tile, const Matrix<float>& driven,
               RowRange range, Matrix<double>& sums);

}  // namespace ohm
