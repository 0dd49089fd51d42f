// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/macro_spec.h"

namespace ohm {

/// The part of an array that a matrix uses, and how busy it is.
struct ArrayLoad {
  Index rows = 0;            ///< wordlines that conduct together
  Index programmed = 0;      ///< wordlines that hold cells of the matrix
  Index columns = 0;         ///< bitlines
  Siemens mean_conductance;  ///< over the cells of these rows and columns
  double activity = 0.5;     ///< mean share of the rows that are driven
  Index phases = 1;          ///< of a gating mux, which lets one bitline of so many conduct
};

/// Mean relative loss of the column currents to wire resistance, without solving the network.
///
/// Model: loss = X / (1 + X). Driven rows: X = G ((R_wordline n²/3 + n R_driver) / phases +
/// R_bitline (m (N - m) + m²/3) + m R_sense), m all programmed rows at the far end of lines of N
/// cells, independent of the inputs, since undriven rows sit at 0 V and load the columns. Gated
/// cells: X = a G ((R_bitline + R_sourceline) (m (N - m)/2 + m²/3) + m R_sense), m the rows that
/// conduct together somewhere on these lines, a the activity.
/// Valid: a mean over columns, within 0.03 of the exact network for uniformly random conductances;
/// it says nothing of the spread between columns. First-order path sums with Padé resummation.
double mean_wire_loss(const ArraySpec& array, const ArrayLoad& load);

}  // namespace ohm
