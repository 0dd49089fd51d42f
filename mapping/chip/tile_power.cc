// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/tile_power.h"

#include <limits>

#include "crossbar/cost/macro_area.h"

namespace ohm {
namespace {

/// The cells of a macro: resistive ones, or the SRAM of a digital engine.
SquareMetres cell_area(const MacroSpec& macro) {
  SquareMetres sum;
  for (const ComponentCost& part : macro_area(macro)) {
    if (part.component == "cells") sum += part.cost.area;
  }
  return sum;
}

}  // namespace

TilePower tile_power(const ChipSpec& spec, Watts attention) {
  const GatingSpec& gating = spec.gating;
  const auto macros = static_cast<double>(spec.macros_per_tile);
  const SquareMetres cells = cell_area(spec.macro);
  const Watts macro = macro_leakage(spec.macro);
  const Watts weights =
      spec.macro.engine.is_digital() ? cells * spec.macro.periphery.leakage : Watts();
  const Watts memory = macros * weights + spec.buffer.leakage + attention;
  const Watts router = spec.leakage * spec.noc.router_area;
  const Watts circuits = macros * (macro - weights) + spec.leakage * spec.digital.area;
  const SquareMetres switched =
      macros * (macro_area_total(spec.macro).area - cells) + spec.digital.area;
  const Volts vdd = spec.macro.periphery.vdd;

  TilePower power;
  power.on = circuits + memory + router;
  power.gated = gating.retained * circuits + gating.memory_retained * memory + router;
  power.off = gating.kind == "none" ? power.on : gating.retained * power.on;
  power.wake_time = gating.wake_time;
  power.wake_energy = gating.wake_energy + gating.rail_capacitance * switched * (vdd * vdd);
  const Watts saved = power.on - power.gated;
  power.break_even = saved.si() > 0.0 ? gating.wake_time + power.wake_energy / saved
                                      : Seconds(std::numeric_limits<double>::infinity());
  return power;
}

}  // namespace ohm
