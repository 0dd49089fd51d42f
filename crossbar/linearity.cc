// SPDX-License-Identifier: Apache-2.0
#include "crossbar/linearity.h"

#include <utility>

#include "crossbar/encoding/input_encoding.h"

namespace ohm {
namespace {

LinearCondition condition(std::string name, bool holds, std::string if_so, std::string if_not) {
  return {std::move(name), holds, holds ? std::move(if_so) : std::move(if_not)};
}

/// Whether a network of wires is solved at all.
bool solves_network(const MacroSpec& spec) {
  return has_resistance(spec.array) && resolved_ir_drop(spec) == "exact";
}

/// Cells whose current grows in proportion to the input: ohmic ones, or any at one amplitude.
LinearCondition ohmic_cells(const MacroSpec& spec) {
  const bool one_amplitude = spec.input.slice_bits == 1 || drives_pulse_width(spec);
  const bool holds = spec.device.iv.model == "ohmic" || (one_amplitude && !solves_network(spec));
  return condition("cells are ohmic at their operating point", holds,
                   spec.device.iv.model == "ohmic" ? "device.iv.model: ohmic"
                                                   : "one amplitude, and no wires are solved",
                   "expected device.iv.model: ohmic, or one amplitude without solved wires");
}

LinearCondition fixed_network(const MacroSpec& spec) {
  const bool gated = spec.array.topology == "gated";
  return condition("selectors do not follow the inputs, and zeros are driven",
                   !gated || !solves_network(spec),
                   gated ? "no wires are solved" : "topology: driven",
                   "inputs switch the cells of a gated array, so its network is another one for "
                   "every input; expected topology: driven, or array.ir_drop: gain");
}

LinearCondition plain_converters(const AdcSpec& adc) {
  const bool errs = adc.offset > 0.0 || adc.gain_error > 0.0 || adc.inl != 0.0 || adc.dnl > 0.0 ||
                    adc.capacitor_mismatch > 0.0 || adc.comparator_offset > 0.0 ||
                    adc.amplifier_gain != AdcSpec::kInfiniteGain || !adc.half_lsb_correction;
  return condition("converters do no more than round", !errs && adc.rounding == "nearest",
                   "adc.kind: " + adc.kind + " without static errors",
                   "expected converters without static errors, and adc.rounding: nearest");
}

LinearCondition unclipped(const AdcSpec& adc) {
  const bool covers = adc.kind == "ideal" || adc.range == "lossless" || adc.range == "max";
  return condition("no sum leaves the range of its converter", covers,
                   adc.kind == "ideal" ? "adc.kind: ideal" : "adc.range: " + adc.range,
                   "adc.range: " + adc.range + " may clip; expected adc.range: lossless or max");
}

}  // namespace

bool has_resistance(const ArraySpec& array) {
  const bool terminations = array.r_driver.si() > 0.0 || array.r_sense.si() > 0.0;
  const bool row_line = array.topology == "driven" || array.source_line == "wordline";
  const bool rows = row_line && array.r_wordline.si() > 0.0;
  const bool source = array.topology == "gated" && array.r_sourceline.si() > 0.0;
  return terminations || rows || source || array.r_bitline.si() > 0.0;
}

std::string resolved_ir_drop(const MacroSpec& spec) {
  if (spec.array.ir_drop != "auto") return spec.array.ir_drop;
  if (spec.device.kind == "ideal") return "report";
  return spec.array.topology == "gated" ? "exact" : "gain";
}

std::vector<LinearCondition> linear_conditions(const MacroSpec& spec) {
  return {
      ohmic_cells(spec),
      fixed_network(spec),
      {"bitlines end in a linear impedance", true, "array.sensing: " + spec.array.sensing},
      {"the active rows do not change the network", true, "idle rows are driven to 0 V"},
      {"the state of the mux is known", true, "one matrix for each phase of mux: gating"},
      {"what drives the rows has no errors of its own", is_ideal(spec.dac),
       is_ideal(spec.dac) ? "dac.kind: ideal" : "expected dac.kind: ideal without errors"},
      plain_converters(spec.adc),
      unclipped(spec.adc),
  };
}

}  // namespace ohm
