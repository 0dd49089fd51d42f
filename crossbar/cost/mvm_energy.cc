// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/mvm_energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/cost/adc_cost.h"
#include "crossbar/cost/dac_cost.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

void require_activity(const MvmActivity& a) {
  if (a.conversions >= 0 && a.row_drives >= 0 && a.row_toggles >= 0 && a.conductance.si() >= 0.0 &&
      std::isfinite(a.conductance.si())) {
    return;
  }
  throw ArgumentError(fmt::format(
      "MVM activity: {} conversions, {} drives, {} toggles, {} S; expected none below 0",
      a.conversions, a.row_drives, a.row_toggles, a.conductance.si()));
}

/// How often all cells of a wordline conduct in one step: a mux behind conducting bitlines lets
/// every bitline draw current in every phase.
double conducting_phases(const MacroSpec& macro) {
  return macro.array.mux == "sensing" ? static_cast<double>(read_phases(macro)) : 1.0;
}

Cost cell_energy(const MacroSpec& macro, const MvmBlock& block, const MvmActivity& activity) {
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

Seconds times(std::int64_t count, Seconds each) {
  return static_cast<double>(count) * each;
}

std::vector<ComponentCost> analog_energy(const MacroSpec& macro, const MvmBlock& block,
                                         const MvmActivity& activity) {
  const PeripherySpec& p = macro.periphery;
  const Seconds period(1.0 / macro.adc.rate.si());
  const Index steps = block.mvms * input_steps(macro.input) * row_groups(macro, block.rows);
  std::vector<ComponentCost> parts{
      {"cells", cell_energy(macro, block, activity)},
      {"wordline_driver",
       energy_of(activity.row_toggles, line_energy(macro), "C V² of the wordline: " + p.source)},
      {"dac", energy_cost(activity.row_drives, dac_cost(macro))},
      {"sample_hold", energy_of(activity.conversions, p.c_sample * p.vdd * p.vdd,
                                "C V² of the sampling capacitor: " + p.source)},
      {"adc", energy_cost(activity.conversions, adc_cost(macro))}};
  const Seconds reading = static_cast<double>(read_phases(macro)) * step_time(macro);
  parts[0].cost.busy = times(steps, reading);
  parts[1].cost.busy = times(activity.row_toggles, reading);
  parts[2].cost.busy = times(activity.row_drives, reading);
  parts[4].cost.busy = times(activity.conversions, period);
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
  const Index slices = static_cast<Index>(macro.weight.slice_bits.size());
  std::vector<ComponentCost> parts{
      {"shift_add", energy_cost(activity.conversions, scaled_cost(p.shift_add, at))},
      {"scale", energy_cost(outputs * slices, scaled_cost(p.scale, at))},
      {"input_register",
       energy_cost(bytes(inputs * macro.input.bits), scaled_cost(p.input_register, at))},
      {"output_register",
       energy_cost(bytes(outputs * accumulator_bits(macro)), scaled_cost(p.output_register, at))}};
  if (needs_input_sum(macro.weight)) {
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
  return parts;
}

}  // namespace ohm
