// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/program/cells.h"

namespace ohm {

/// Takes the current from the cells of dead wordlines and bitlines, array by array.
///
/// Each array has device.faults.spare_bitlines bitlines more than it uses. Dead bitlines are read
/// from spares that are not dead themselves, as long as these last; a repaired bitline keeps the
/// cells that it would have had, since those of a spare come from the same distribution.
void apply_line_faults(const Macro& macro, const ChipDraw& draw, std::uint32_t strip,
                       TileCells& cells);

}  // namespace ohm
