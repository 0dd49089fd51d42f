// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/tensor.h"
#include "crossbar/adc/adc_draw.h"

namespace ohm {

/// The DAC that drives a wordline with the magnitude of one input slice; its sign, where there is
/// one, selects the polarity.
struct DacSpec {
  std::string kind = "ideal";     ///< ideal | binary | thermometer
  double element_mismatch = 0.0;  ///< standard deviation of a unit element, relative
  double gain_error = 0.0;        ///< standard deviation over DACs, relative
  double offset = 0.0;            ///< standard deviation over DACs, LSB
  double inl = 0.0;               ///< bow at mid-scale, LSB, the same for all DACs

  void visit(Visitor& v);
};

/// Levels of one physical DAC for the codes 0 … 2^bits - 1, in LSB; the ideal level of code k is k.
///
/// Model: level = (1 + γ) · (Σ elements that are on + bow) + o. binary: bit k switches one element
/// of 2^k units, σ = σ_u · 2^(k/2); thermometer: code k switches k units, so levels ascend; the bow
/// is a parabola through both ends. γ, o and elements are drawn once per DAC (draw.converter
/// numbers the wordline). Throws ArgumentError unless bits is 1 to 16.
std::vector<double> dac_levels(const DacSpec& spec, Index bits, const AdcDraw& draw);

/// The levels of n_wordlines DACs, (n_wordlines, 2^bits), in LSB: what replaces the integers of an
/// input slice. Wordline i is converter i of the array.
Matrix<float> dac_bank(const DacSpec& spec, Index bits, AdcDraw array, Index n_wordlines);

/// Whether every level is its code, so that inputs stay integers.
bool is_ideal(const DacSpec& spec);

}  // namespace ohm
