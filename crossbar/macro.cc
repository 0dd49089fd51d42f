// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro.h"

#include <algorithm>

#include "crossbar/geometry.h"

namespace ohm {
namespace {

constexpr Index kLargestCode = 65535;  // 16 bits over the cell's range

}  // namespace

Index Macro::codes_per_level(Index s) const {
  return kLargestCode / weight_slices[static_cast<size_t>(s)].top;
}

Siemens Macro::code_conductance(Index s) const {
  const Index top = weight_slices[static_cast<size_t>(s)].top;
  return spec.device.range() / static_cast<double>(top * codes_per_level(s));
}

Index Macro::max_input() const {
  Index largest = 0;
  for (const InputSlice& slice : input_slices) largest = std::max(largest, slice.top());
  return largest;
}

Macro compile_macro(const MacroSpec& spec) {
  Macro macro{spec, weight_slices(spec.weight), input_slices(spec.input), nullptr, true};
  macro.spec.adc.bits = effective_adc_bits(spec);
  macro.signed_sums = spec.weight.encoding == "differential" || spec.input.encoding == "bipolar";
  macro.adc = make_adc(macro.spec.adc);
  return macro;
}

}  // namespace ohm
