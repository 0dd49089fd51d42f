// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/dac_cost.h"

#include <cmath>

namespace ohm {

UnitCost dac_cost(const MacroSpec& macro) {
  const UnitCost one_bit = scaled_cost(macro.periphery.dac, macro.periphery.technology());
  const double growth = std::ldexp(1.0, static_cast<int>(macro.input.slice_bits) - 1);
  return scaled_by(one_bit, growth);
}

}  // namespace ohm
