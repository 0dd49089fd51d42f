// SPDX-License-Identifier: Apache-2.0
#include "crossbar/linearity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

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
  const bool rounds = adc.kind == "ideal" || (adc.kind == "uniform" && adc.levels != "mid_rise");
  const bool errs = adc.offset > 0.0 || adc.gain_error > 0.0 || adc.inl != 0.0 || adc.dnl > 0.0;
  return condition("converters do no more than round", rounds && !errs && adc.rounding == "nearest",
                   "adc.kind: " + adc.kind,
                   "expected adc.kind: ideal or uniform, without static errors, and neither "
                   "levels: mid_rise nor rounding: stochastic");
}

bool cells_are_noisy(const DeviceSpec& device) {
  return device.read_noise > 0.0 || device.noise.white != "none" || device.noise.flicker > 0.0 ||
         device.noise.rtn.amplitude > 0.0;
}

/// Whether a cell can read below its reference by error or noise, where codes end at zero.
bool falls_below_zero(const MacroSpec& spec) {
  const bool noisy = cells_are_noisy(spec.device) || spec.adc.noise > 0.0;
  return !has_signed_sums(spec) && (spec.device.kind != "ideal" || noisy);
}

LinearCondition unclipped(const MacroSpec& spec) {
  const AdcSpec& adc = spec.adc;
  const bool enough = adc.bits == AdcSpec::kAutoBits || adc.bits >= lossless_bits(spec);
  const bool covers = (adc.range == "lossless" && enough) || adc.range == "max";
  std::string why = "adc.range: " + adc.range +
                    " may clip; expected max, or lossless with as many "
                    "bits as it needs";
  if (covers)
    why = "unsigned sums of cells that err fall below code 0; expected an encoding of pairs";
  return condition("no sum leaves the range of its converter",
                   adc.kind == "ideal" || (covers && !falls_below_zero(spec)),
                   adc.kind == "ideal" ? "adc.kind: ideal" : "adc.range: " + adc.range, why);
}

/// Whether every sum is a whole number of steps before noise.
bool sums_are_codes(const MacroSpec& spec) {
  const DeviceSpec& device = spec.device;
  return spec.adc.range == "lossless" && device.kind == "ideal" && !cells_are_noisy(device) &&
         resolved_ir_drop(spec) == "report" && is_ideal(spec.dac);
}

/// Standard deviation of sums, in steps, that reach the last code four deviations out, as the
/// largest of 10⁴ normal sums does: no range that is set by the largest sum leaves them more.
double widest_spread(const MacroSpec& spec) {
  constexpr double kCrest = 4.0;
  if (sums_are_codes(spec)) return spec.adc.noise;
  const AdcSpec& adc = spec.adc;
  if (adc.range == "lossless" || cells_are_noisy(spec.device)) return kDitheringSpread;
  const double codes = std::ldexp(1.0, static_cast<int>(adc.bits));
  const double last = has_signed_sums(spec) ? std::max(1.0, codes / 2.0 - 1.0) : codes - 1.0;
  return std::hypot(last / kCrest, adc.noise);
}

LinearCondition dithered(const MacroSpec& spec) {
  const bool exact = sums_are_codes(spec) && spec.adc.noise == 0.0;
  const double spread = widest_spread(spec);
  std::string why = "adc.kind: ideal";
  if (spec.adc.kind != "ideal") {
    why = exact ? "every sum is a code" : "judged again from the sums of every programmed matrix";
  }
  return condition(
      "sums spread over half a step of their converters, so that rounding is noise",
      spec.adc.kind == "ideal" || exact || spread >= kDitheringSpread, std::move(why),
      fmt::format("adc.bits: {} and adc.noise: {} spread them over {:.2g} steps at most; expected "
                  "{} or more: more bits, or noise",
                  spec.adc.bits, spec.adc.noise, spread, kDitheringSpread));
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
  if (spec.device.kind == "ideal" || spec.array.sensing == "voltage") return "report";
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
      unclipped(spec),
      dithered(spec),
  };
}

}  // namespace ohm
