// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "crossbar/device/cell_draws.h"
#include "crossbar/device/device.h"
#include "crossbar/device/programming.h"

namespace ohm {

/// What the cells of a run are at `cell.age` after they were programmed towards `g`.
///
/// In this order: programming error (a draw from the measured distribution, or the outcome of
/// write-verify and its relaxation), drift, temperature coefficient, the low-frequency noise that
/// stands still during a run, one clip at zero, stuck cells. Every draw belongs to the cell, not to
/// the call: with another `cell.age` the same chip has grown older.
///
/// Args: g, targets in S on entry, conductances in S on return; tuned, for each cell whether it was
/// programmed to its target or left reset (a reset cell errs where model->errs_at_rest()). Returns
/// what programming cost. Throws ArgumentError where lengths differ or a target is negative or not
/// finite.
ProgrammingCost realise(const DeviceSpec& cell, const CellDraws& draws, std::span<const char> tuned,
                        std::span<double> g);

}  // namespace ohm
