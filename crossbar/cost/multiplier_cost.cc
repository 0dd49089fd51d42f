// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/multiplier_cost.h"

#include "crossbar/cost/macro_timing.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {

Cost array_energy(const MacroSpec& macro, const MvmBlock& block, const UnitCost& whole) {
  const ArraySpec& array = macro.array;
  const MacroTiming timing = macro_timing(macro, block.rows, block.columns);
  const Index steps = block.mvms * timing.n_input_steps * timing.n_row_groups;
  // over all row groups of an MVM every wordline in use conducts once per input step
  const double cells = static_cast<double>(block.rows * wordlines_per_input(macro.weight) *
                                           used_bitlines(macro, block.columns));
  const double whole_step = static_cast<double>(array.rows_active * array.n_bitlines);
  const double share = cells / (whole_step * static_cast<double>(timing.n_row_groups));
  return energy_cost(steps, scaled_by(whole, share));
}

std::vector<ComponentCost> multiplier_energy(const MacroSpec& macro, const MvmBlock& block) {
  const Technology at = macro.periphery.technology();
  Cost macs =
      energy_cost(block.mvms * block.rows * block.columns, scaled_cost(macro.engine.mac, at));
  macs.busy =
      static_cast<double>(block.mvms) * macro_timing(macro, block.rows, block.columns).interval;
  return {{"cells", array_energy(macro, block, scaled_cost(macro.periphery.array, at))},
          {"mac", macs}};
}

ComponentCost multiplier_area(const MacroSpec& macro) {
  const UnitCost each = scaled_cost(macro.engine.mac, macro.periphery.technology());
  return {"mac", area_cost(static_cast<double>(macro.engine.macs), each)};
}

}  // namespace ohm
