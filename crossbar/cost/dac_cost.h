// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/cost/unit_cost.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// Cost of one wordline's DAC per drive: periphery.dac for 1 bit per step, doubling with each
/// further bit of input.slice_bits, in energy and in area.
///
/// Ref for the doubling: the DAC table of MNSIM 2.0 (Zhu et al., IEEE TCAD 42, 2023), 1 to 8 bits.
UnitCost dac_cost(const MacroSpec& macro);

}  // namespace ohm
