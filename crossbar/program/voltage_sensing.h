// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/program/cells.h"

namespace ohm {

/// Replaces the cells of driven arrays by what floating bitlines show of them, and returns what the
/// digital side multiplies the codes of each column by, one gain per (slice, output).
///
/// Model: a bitline settles to Σ G_ij V_i / Σ G_ij over all wordlines of the array (Wan et al.,
/// Nature 608, 504, 2022), so a cell counts G_ij · S / Σ_i G_ij, with S the sum of a bitline whose
/// cells are all at mid-range. The gain Σ_i target_ij / S is known from what was programmed, and is
/// right but for the errors of the cells. Exact for ideal wires.
std::vector<double> apply_voltage_sensing(const Macro& macro, const TileCells& targets,
                                          TileCells& seen);

}  // namespace ohm
