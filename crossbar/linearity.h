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

/// Standard deviation of sums, in ADC steps, from which on rounding is noise of its own: a
/// quantiser passes normal sums of that spread but for 2 exp(-2 π² / 4) = 1.4 % of them, and errs
/// by a twelfth of a squared step but for 0.9 % (Widrow and Kollar, Quantization Noise, Cambridge
/// 2008; Sripad and Snyder, IEEE Trans. ASSP 25, 1977).
inline constexpr double kDitheringSpread = 0.5;

/// The conditions on cells, rows, terminations, selectors, row groups, mux and converters, in that
/// order; the last says only what no matrix can mend, least_spread() judges the programmed one.
/// Those on the network are met trivially where no wires are solved.
std::vector<LinearCondition> linear_conditions(const MacroSpec& spec);

/// Whether any wire, driver or sense amplifier of the array has resistance.
bool has_resistance(const ArraySpec& array);

/// What array.ir_drop: auto stands for: exact for gated arrays, gain for driven ones, report for
/// ideal devices, which ask for the array as arithmetic, and for voltage sensing.
std::string resolved_ir_drop(const MacroSpec& spec);

}  // namespace ohm
