// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"
#include "crossbar/device/programming.h"

namespace ohm {

/// What it costs to give `cells` that already hold something new contents, both spread evenly over
/// the cell's range.
///
/// Method fitted: fitted_cost() at the conductance in the middle of the range. write_verify: the
/// mean of 4096 cells that are taken from one conductance to another, pulse by pulse, in a single
/// round: contents that are overwritten soon are not waited for until they have relaxed.
ProgrammingCost update_cost(const DeviceSpec& cell, double cells);

}  // namespace ohm
