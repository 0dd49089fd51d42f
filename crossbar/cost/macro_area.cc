// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_area.h"

#include <fmt/format.h>

#include "crossbar/cost/adc_cost.h"
#include "crossbar/cost/dac_cost.h"
#include "crossbar/cost/multiplier_cost.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

UnitCost fixed_area(SquareMetres area, const std::string& source) {
  UnitCost cost;
  cost.area = cost.area_low = cost.area_high = area;
  cost.source = source;
  return cost;
}

Cost cell_area(const MacroSpec& macro) {
  const std::vector<PublishedFigure>& published = macro.periphery.array;
  const UnitCost whole = scaled_cost(published, macro.periphery.technology());
  if (whole.area.si() > 0.0) return area_cost(1, whole);
  const Metres f = macro.periphery.node;
  const auto cells = static_cast<double>(macro.array.n_wordlines * macro.array.n_bitlines);
  return area_cost(
      cells, fixed_area(macro.device.cell_area_f2 * (f * f),
                        fmt::format("cell of {} F² at F = {:.4g} nm: {}", macro.device.cell_area_f2,
                                    f.si() * 1e9, macro.device.source)));
}

double input_bytes(const MacroSpec& macro) {
  return static_cast<double>(macro.array.n_wordlines * macro.input.bits) / 8.0;
}

double output_bytes(const MacroSpec& macro) {
  return static_cast<double>(weight_columns(macro) * accumulator_bits(macro)) / 8.0;
}

/// Of a digital engine everything but its memory and the control that comes on top.
std::vector<ComponentCost> multiplier_periphery(const MacroSpec& macro) {
  const PeripherySpec& p = macro.periphery;
  const Technology at = p.technology();
  return {multiplier_area(macro),
          {"scale", area_cost(1, scaled_cost(p.scale, at))},
          {"input_register", area_cost(input_bytes(macro), scaled_cost(p.input_register, at))},
          {"output_register", area_cost(output_bytes(macro), scaled_cost(p.output_register, at))}};
}

/// Everything but the cells and the control that comes on top.
std::vector<ComponentCost> periphery_area(const MacroSpec& macro) {
  if (macro.engine.is_digital()) return multiplier_periphery(macro);
  const PeripherySpec& p = macro.periphery;
  const Technology at = p.technology();
  const auto wordlines = static_cast<double>(macro.array.n_wordlines);
  const auto bitlines = static_cast<double>(macro.array.n_bitlines);
  const auto adcs = static_cast<double>(adcs_per_macro(macro));
  const auto channels = static_cast<double>(conversion_channels(macro));
  UnitCost sample_hold = scaled_cost(p.sample_hold, at);
  if (sample_hold.area.si() == 0.0) sample_hold = fixed_area(p.sample_hold_area, p.source);
  std::vector<ComponentCost> parts{
      {"wordline_driver", area_cost(wordlines, scaled_cost(p.wordline_driver, at))},
      {"dac", area_cost(wordlines, dac_cost(macro))},
      {"sample_hold", area_cost(channels, sample_hold)},
      {"adc", area_cost(adcs, adc_cost(macro))},
      {"shift_add", area_cost(adcs, scaled_cost(p.shift_add, at))},
      {"scale", area_cost(1, scaled_cost(p.scale, at))},
      {"input_register", area_cost(input_bytes(macro), scaled_cost(p.input_register, at))},
      {"output_register", area_cost(output_bytes(macro), scaled_cost(p.output_register, at))}};
  if (macro.array.columns_per_adc > 1) {
    parts.push_back({"mux", area_cost(bitlines, scaled_cost(p.mux, at))});
  }
  if (macro.input.encoding == "bit_planes") {
    parts.push_back({"integrator", area_cost(channels, scaled_cost(p.integrator, at))});
  }
  if (needs_input_sum(macro.weight)) {
    parts.push_back({"offset_correction", area_cost(1, scaled_cost(p.offset_correction, at))});
  }
  return parts;
}

/// Control of everything that is switched by logic: not of the cells, nor inside the converters.
Cost control_area(const PeripherySpec& periphery, const std::vector<ComponentCost>& parts) {
  UnitCost controlled;
  for (const ComponentCost& part : parts) {
    if (part.component == "adc") continue;
    controlled.area += part.cost.area;
    controlled.area_low += part.cost.area_low;
    controlled.area_high += part.cost.area_high;
  }
  controlled.source =
      fmt::format("{} of the periphery but the ADCs: {}", periphery.control_area, periphery.source);
  return area_cost(1, scaled_by(controlled, periphery.control_area));
}

}  // namespace

std::vector<ComponentCost> macro_area(const MacroSpec& macro) {
  std::vector<ComponentCost> parts = periphery_area(macro);
  parts.push_back({"control", control_area(macro.periphery, parts)});
  parts.insert(parts.begin(), {"cells", cell_area(macro)});
  const auto published = part_area(macro.parts, macro.periphery.technology());
  parts.insert(parts.end(), published.begin(), published.end());
  return parts;
}

Cost macro_area_total(const MacroSpec& macro) {
  Cost total;
  for (const ComponentCost& part : macro_area(macro)) total += part.cost;
  return total;
}

Watts macro_leakage(const MacroSpec& macro) {
  SquareMetres powered;
  for (const ComponentCost& part : macro_area(macro)) {
    if (part.component != "cells" || macro.engine.is_digital()) powered += part.cost.area;
  }
  return powered * macro.periphery.leakage;
}

}  // namespace ohm
