// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/part_cost.h"

#include <cmath>

#include "crossbar/cost/macro_timing.h"

namespace ohm {
namespace {

std::int64_t actions(const PartSpec& part, const MvmBlock& block, const MacroTiming& timing,
                     const MvmActivity& activity) {
  if (part.per == "conversion") return activity.conversions;
  if (part.per == "row_drive") return activity.row_drives;
  const Index steps = part.per == "step" ? timing.n_input_steps * timing.n_row_groups : 1;
  return block.mvms * steps;
}

template <class Amount>
std::vector<ComponentCost> each(const std::vector<PartSpec>& parts, const Technology& target,
                                const Amount& amount) {
  std::vector<ComponentCost> costs;
  for (const PartSpec& part : parts) {
    const PartSpec here = scaled_part(part, target);
    ComponentCost cost{part.name, {}};
    cost.cost.source = here.source;
    amount(here, cost.cost);
    costs.push_back(std::move(cost));
  }
  return costs;
}

void set_energy(Cost& cost, Joules energy) {
  cost.energy = cost.energy_low = cost.energy_high = energy;
}

}  // namespace

std::vector<ComponentCost> part_area(const std::vector<PartSpec>& parts, const Technology& target) {
  return each(parts, target, [](const PartSpec& part, Cost& cost) {
    cost.count = std::llround(std::ceil(part.count));
    cost.area = cost.area_low = cost.area_high = part.count * part.area;
  });
}

std::vector<ComponentCost> part_power(const std::vector<PartSpec>& parts,
                                      const Technology& target) {
  return each(parts, target, [](const PartSpec& part, Cost& cost) {
    set_energy(cost, part.count * part.power * Seconds(1.0));
  });
}

std::vector<ComponentCost> part_energy(const MacroSpec& macro, const MvmBlock& block,
                                       const MvmActivity& activity) {
  if (macro.parts.empty()) return {};
  const MacroTiming timing = macro_timing(macro, block.rows, block.columns);
  const Seconds taken = static_cast<double>(block.mvms) * timing.interval;
  return each(macro.parts, macro.periphery.technology(), [&](const PartSpec& part, Cost& cost) {
    cost.count = actions(part, block, timing, activity);
    set_energy(cost,
               part.count * (static_cast<double>(cost.count) * part.energy + part.power * taken));
  });
}

}  // namespace ohm
