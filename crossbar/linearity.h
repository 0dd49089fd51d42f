// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crossbar/macro_spec.h"

namespace ohm {

/// One of the conditions under which arrays, converters included, are a linear map of their inputs,
/// so that one matrix stands for all slices, steps and row groups (fidelity fused).
struct LinearCondition {
  std::string name;
  bool holds = true;
  std::string why;  ///< what makes it hold, or what would
};

/// The conditions on cells, rows, terminations, selectors, row groups, mux and converters, in that
/// order. Those on the network are met trivially where no wires are solved.
std::vector<LinearCondition> linear_conditions(const MacroSpec& spec);

/// Whether any wire, driver or sense amplifier of the array has resistance.
bool has_resistance(const ArraySpec& array);

/// What array.ir_drop: auto stands for: exact for gated arrays, gain for driven ones, report for
/// ideal devices, which ask for the array as arithmetic, and for voltage sensing.
std::string resolved_ir_drop(const MacroSpec& spec);

}  // namespace ohm
