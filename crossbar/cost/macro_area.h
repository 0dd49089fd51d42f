// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/cost/component_cost.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// Area of one macro by component: cells, wordline_driver, dac, sample_hold, mux, adc, shift_add,
/// offset_correction, scale, input_register, output_register, control.
///
/// Cells lie beside the periphery, not above it. Programming circuits (high-voltage drivers, level
/// shifters) are not included. The registers hold one MVM's inputs and its accumulators.
std::vector<ComponentCost> macro_area(const MacroSpec& macro);

/// Sum of macro_area(), range included.
Cost macro_area_total(const MacroSpec& macro);

/// Static power of one macro: periphery.leakage × everything but the cells, which keep their state
/// without power; the memory of a digital engine does not.
Watts macro_leakage(const MacroSpec& macro);

}  // namespace ohm
