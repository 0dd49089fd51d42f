// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro.h"

#include <algorithm>

#include "crossbar/geometry.h"

namespace ohm {

Siemens Macro::level_spacing(Index s) const {
  return spec.device.range() /
         static_cast<double>(weight_slices[static_cast<size_t>(s)].top_level());
}

Index Macro::max_input() const {
  Index largest = 0;
  for (const InputSlice& slice : input_slices) largest = std::max(largest, slice.top());
  return largest;
}

Macro compile_macro(const MacroSpec& spec) {
  Macro macro{spec, weight_slices(spec.weight), input_slices(spec.input), nullptr, true};
  if (spec.fidelity == "circuit") macro.spec.array.ir_drop = "exact";
  macro.spec.adc.bits = effective_adc_bits(spec);
  macro.signed_sums = has_signed_sums(spec);
  macro.adc = make_adc(macro.spec.adc);
  return macro;
}

}  // namespace ohm
