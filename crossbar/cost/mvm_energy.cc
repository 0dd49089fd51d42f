// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/mvm_energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/cost/adc_cost.h"
#include "crossbar/cost/dac_cost.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/multiplier_cost.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

void require_activity(const MvmActivity& a) {
  if (a.conversions >= 0 && a.row_drives >= 0 && a.row_toggles >= 0 && a.conductance.si() >= 0.0 &&
      std::isfinite(a.conductance.si()) && a.counted >= 0.0 && std::isfinite(a.counted)) {
    return;
  }
  throw ArgumentError(
      fmt::format("MVM activity: {} conversions, {} drives, {} toggles, {} S, {} counted; expected "
                  "none below 0",
                  a.conversions, a.row_drives, a.row_toggles, a.conductance.si(), a.counted));
}

/// How often all cells of a wordline conduct in one step: a mux behind conducting bitlines lets
/// every bitline draw current in every phase.
double conducting_phases(const MacroSpec& macro) {
  return macro.array.mux == "sensing" ? static_cast<double>(read_phases(macro)) : 1.0;
}

Cost cell_energy(const MacroSpec& macro, const MvmBlock& block, const MvmActivity& activity) {
  const UnitCost whole = scaled_cost(macro.periphery.array, macro.periphery.technology());
  if (whole.energy.si() > 0.0) return array_energy(macro, block, whole);
  const Volts v = macro.read.voltage;
  const Joules ideal = conducting_phases(macro) * (v * v * activity.conductance * step_time(macro));
  const Joules regulated = (macro.periphery.vdd / v) * ideal;
  const bool is_ideal = macro.periphery.read_supply == "ideal";
  Cost cost;
  cost.count = activity.row_toggles * used_bitlines(macro, block.columns);
  cost.energy = is_ideal ? ideal : regulated;
  cost.energy_low = std::min(ideal, regulated);
  cost.energy_high = std::max(ideal, regulated);
  cost.source = fmt::format("V² G t of the programmed cells, supply {}; range: ideal to regulator",
                            macro.periphery.read_supply);
  return cost;
}

Joules line_energy(const MacroSpec& macro) {
  const bool gated = macro.array.topology == "gated";
  const Volts swing = gated ? macro.periphery.wordline_swing : macro.read.voltage;
  return wordline_capacitance(macro) * swing * swing;
}

/// Mean over the steps of an input, per conversion.
template <class Amount>
double per_conversion(const MacroSpec& macro, const Amount& amount) {
  const std::vector<InputSlice> slices = input_slices(macro.input);
  Index sum = 0;
  for (const InputSlice& slice : slices) sum += amount(macro.input, slice);
  return static_cast<double>(sum) / static_cast<double>(slices.size());
}

Cost sample_energy(const MacroSpec& macro, std::int64_t conversions) {
  const PeripherySpec& p = macro.periphery;
  const auto samples =
      std::llround(static_cast<double>(conversions) * per_conversion(macro, pulses));
  const UnitCost published = scaled_cost(p.sample_hold, p.technology());
  if (published.energy.si() > 0.0) return energy_cost(samples, published);
  return energy_of(samples, p.c_sample * p.vdd * p.vdd,
                   "C V² of the sampling capacitor: " + p.source);
}

/// One conversion, as the mean over the input slices where their resolutions differ.
UnitCost conversion_cost(const MacroSpec& macro) {
  if (!macro.adc.common_step) return adc_cost(macro);
  const Index steps = driven_steps(macro.input);
  UnitCost mean;
  for (Index s = 0; s < steps; ++s) {
    const UnitCost each =
        scaled_by(adc_cost(macro.adc, conversion_bits(macro, s), macro.periphery.technology()),
                  1.0 / static_cast<double>(steps));
    mean.energy += each.energy;
    mean.energy_low += each.energy_low;
    mean.energy_high += each.energy_high;
    if (s + 1 == steps) mean.source = each.source;
  }
  return mean;
}

/// The share adc.count_energy of a conversion follows the codes, the rest is spent on every one.
Cost converter_energy(const MacroSpec& macro, const MvmBlock& block, const MvmActivity& activity) {
  const double share = macro.adc.count_energy;
  const auto conversions = static_cast<double>(activity.conversions);
  const double counted = conversions > 0.0 ? activity.counted / conversions : 0.0;
  Cost cost = energy_cost(activity.conversions,
                          scaled_by(conversion_cost(macro), 1.0 - share + share * counted));
  const Index steps = driven_steps(macro.input);
  const double longest = largest_code_share(macro, block.columns);
  for (Index s = 0; s < steps; ++s) {
    const Seconds each = conversion_time(macro.adc, conversion_bits(macro, s), longest);
    cost.busy += (conversions / static_cast<double>(steps)) * each;
  }
  return cost;
}

/// The gate lines of a driven array's select transistors, all of which are pulsed: C swing supply.
Cost selector_energy(const PeripherySpec& p, const MacroSpec& macro, std::int64_t pulses) {
  const Farads line =
      static_cast<double>(macro.array.n_bitlines) * p.c_selector_cell + p.c_selector_driver;
  const Volts supply = p.selector_supply.si() > 0.0 ? p.selector_supply : p.selector_swing;
  return energy_of(pulses, line * p.selector_swing * supply,
                   "C ΔV V of the select transistors' gate line: " + p.source);
}

Seconds times(std::int64_t count, Seconds each) {
  return static_cast<double>(count) * each;
}

std::vector<ComponentCost> analog_energy(const MacroSpec& macro, const MvmBlock& block,
                                         const MvmActivity& activity) {
  if (macro.engine.is_digital()) return multiplier_energy(macro, block);
  const PeripherySpec& p = macro.periphery;
  const Index steps = block.mvms * driven_steps(macro.input) * row_groups(macro, block.rows);
  std::vector<ComponentCost> parts{
      {"cells", cell_energy(macro, block, activity)},
      {"wordline_driver",
       energy_of(activity.row_toggles, line_energy(macro), "C V² of the wordline: " + p.source)},
      {"dac", energy_cost(activity.row_drives, dac_cost(macro))},
      {"sample_hold", sample_energy(macro, activity.conversions)},
      {"adc", converter_energy(macro, block, activity)}};
  const Seconds reading = static_cast<double>(read_phases(macro)) * step_time(macro);
  parts[0].cost.busy = times(steps, reading);
  parts[1].cost.busy = times(activity.row_toggles, reading);
  parts[2].cost.busy = times(activity.row_drives, reading);
  if (macro.array.topology == "driven" && p.selector_swing.si() > 0.0) {
    parts.push_back({"selector_driver", selector_energy(p, macro, activity.row_drives)});
  }
  const double integrating = per_conversion(macro, integrations);
  if (integrating > 0.0) {
    const auto count = std::llround(static_cast<double>(activity.conversions) * integrating);
    parts.push_back({"integrator", energy_cost(count, scaled_cost(p.integrator, p.technology()))});
  }
  return parts;
}

std::int64_t bytes(Index bits) {
  return (bits + 7) / 8;
}

std::vector<ComponentCost> digital_energy(const MacroSpec& macro, const MvmBlock& block,
                                          const MvmActivity& activity) {
  const PeripherySpec& p = macro.periphery;
  const Technology at = p.technology();
  const Index outputs = block.mvms * block.columns, inputs = block.mvms * block.rows;
  // multipliers add whole weights up: there is nothing to shift, and one scale per output
  const Index slices =
      macro.engine.is_digital() ? 1 : static_cast<Index>(macro.weight.slice_bits.size());
  // what was tried in wide slices is read again for the narrow ones
  const Index reads = macro.input.speculation.is_on() ? 2 : 1;
  std::vector<ComponentCost> parts{
      {"shift_add", energy_cost(activity.conversions, scaled_cost(p.shift_add, at))},
      {"scale", energy_cost(outputs * slices, scaled_cost(p.scale, at))},
      {"input_register",
       energy_cost(reads * bytes(inputs * macro.input.bits), scaled_cost(p.input_register, at))},
      {"output_register",
       energy_cost(bytes(outputs * accumulator_bits(macro)), scaled_cost(p.output_register, at))}};
  if (macro.engine.is_digital()) parts.erase(parts.begin());
  if (needs_input_sum(macro.weight) && !macro.engine.is_digital()) {
    parts.push_back(
        {"offset_correction", energy_cost(inputs + outputs, scaled_cost(p.offset_correction, at))});
  }
  return parts;
}

Cost control_energy(const MacroSpec& macro, Index mvms, const std::vector<ComponentCost>& parts) {
  const double share = macro.periphery.control_energy;
  Cost cost;
  for (const ComponentCost& part : parts) {
    cost.energy += share * part.cost.energy;
    cost.energy_low += share * part.cost.energy_low;
    cost.energy_high += share * part.cost.energy_high;
  }
  cost.count = mvms;
  cost.source = fmt::format("{} of the digital parts: {}", share, macro.periphery.source);
  return cost;
}

}  // namespace

Farads wordline_capacitance(const MacroSpec& macro) {
  const PeripherySpec& p = macro.periphery;
  const Metres width = std::sqrt(macro.device.cell_area_f2 * p.cell_aspect) * p.node;
  return static_cast<double>(macro.array.n_bitlines) * (p.c_wordline_cell + p.c_wire * width);
}

std::vector<ComponentCost> mvm_energy(const MacroSpec& macro, const MvmBlock& block,
                                      const MvmActivity& activity) {
  require_fit(macro, block);
  require_activity(activity);
  std::vector<ComponentCost> parts = analog_energy(macro, block, activity);
  std::vector<ComponentCost> digital = digital_energy(macro, block, activity);
  digital.push_back({"control", control_energy(macro, block.mvms, digital)});
  parts.insert(parts.end(), digital.begin(), digital.end());
  const std::vector<ComponentCost> published = part_energy(macro, block, activity);
  parts.insert(parts.end(), published.begin(), published.end());
  return parts;
}

}  // namespace ohm
