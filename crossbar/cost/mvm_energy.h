// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/cost/component_cost.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// Energy of the MVMs of one block by component, from what the array did: measured_activity() and
/// expected_activity() go through the same booking.
///
/// cells V² G t, or periphery.array where it is published (or vdd V G t from a regulator; the other
/// reading of the supply is in the range) · wordline_driver C V² per rise · selector_driver C swing
/// supply of the gate line per wordline and pulse (driven arrays with select transistors) · dac per
/// drive · sample_hold C vdd², or as published, per sample · integrator per integration
/// (bit_planes) · adc per conversion at the resolution of its input slice, of which the share
/// adc.count_energy follows the codes · shift_add per code · offset_correction (offset_column only)
/// one addition per input for Σx and one per output · scale one multiplication per output and slice
/// · input_register and output_register per byte written and read once · control a share of the
/// digital parts. A digital engine has its memory (cells), mac, scale, registers and control alone.
/// Busy times are sums over instances. Leakage is a power: macro_leakage(). Throws
/// ArgumentError for a block that does not fit or a negative activity.
std::vector<ComponentCost> mvm_energy(const MacroSpec& macro, const MvmBlock& block,
                                      const MvmActivity& activity);

/// Capacitance of one wordline: n_bitlines × (c_wordline_cell + c_wire × cell width).
Farads wordline_capacitance(const MacroSpec& macro);

}  // namespace ohm
