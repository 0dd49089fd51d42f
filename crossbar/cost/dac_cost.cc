// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/dac_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ohm {

UnitCost dac_cost(const MacroSpec& macro) {
  const UnitCost one_bit = scaled_cost(macro.periphery.dac, macro.periphery.technology());
  Index widest = macro.input.slice_bits;
  for (const Index bits : macro.input.speculation.slice_bits) widest = std::max(widest, bits);
  if (widest == 1) return one_bit;
  const double growth = std::ldexp(1.0, static_cast<int>(widest) - 1);
  UnitCost cost = scaled_by(one_bit, growth);
  cost.source += fmt::format(
      "; {} bits: x {:.0f}, doubling with each bit as in MNSIM 2.0; an analog "
      "DAC would not shrink like logic",
      widest, growth);
  return cost;
}

}  // namespace ohm
