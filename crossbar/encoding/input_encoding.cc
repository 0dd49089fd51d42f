// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/input_encoding.h"

#include <algorithm>

#include "crossbar/encoding/half_range.h"

namespace ohm {
namespace {

bool is_pwm(const InputSpec& spec) {
  return spec.encoding == "pwm" || spec.encoding == "split_pwm";
}

bool is_planes(const InputSpec& spec) {
  return spec.encoding == "bit_planes";
}

/// Bits of |x| that one step carries.
Index step_bits(const InputSpec& spec) {
  const Index magnitude = spec.bits - 1;
  if (spec.encoding == "pwm") return magnitude;
  const bool splits = spec.encoding == "split_pwm" || is_planes(spec);
  if (splits) return magnitude > spec.split_above ? (magnitude + 1) / 2 : magnitude;
  return spec.slice_bits;
}

}  // namespace

std::vector<InputSlice> input_slices(const InputSpec& spec) {
  if (spec.bits == 1 && is_planes(spec)) return {{0, 1, false, true}};
  if (spec.bits == 1) return {{0, 1, false, false, true}};
  const bool bipolar = spec.encoding != "bit_serial";
  const Index magnitude = spec.bits - 1, width = step_bits(spec);
  std::vector<InputSlice> slices;
  for (Index shift = 0; shift < magnitude; shift += width) {
    slices.push_back({shift, std::min(width, magnitude - shift), false, bipolar});
  }
  if (!bipolar) slices.push_back({magnitude, 1, true, false});
  return slices;
}

std::vector<InputSlice> driven_slices(const InputSpec& spec) {
  std::vector<InputSlice> slices;
  Index shift = spec.bits;
  for (const Index width : spec.speculation.slice_bits) slices.push_back({shift -= width, width});
  const std::vector<InputSlice> narrow = input_slices(spec);
  slices.insert(slices.end(), narrow.begin(), narrow.end());
  return slices;
}

InputRange input_range(const InputSpec& spec) {
  if (spec.bits == 1) return {-1, 1};
  const Index high = half_range(spec.bits) - 1;
  return {spec.encoding == "bit_serial" ? -high - 1 : -high, high};
}

bool drives_pulse_width(const MacroSpec& macro) {
  return macro.array.topology == "gated" || is_pwm(macro.input) || is_planes(macro.input);
}

Seconds step_time(const MacroSpec& macro) {
  if (!is_pwm(macro.input)) return macro.read.time;
  Index longest = 1;
  for (const InputSlice& slice : input_slices(macro.input)) {
    longest = std::max(longest, slice.top());
  }
  return static_cast<double>(longest) * macro.read.time;
}

Index pulses(const InputSpec& input, const InputSlice& slice) {
  return is_planes(input) ? slice.bits : 1;
}

Index integrations(const InputSpec& input, const InputSlice& slice) {
  return is_planes(input) ? slice.top() : 0;
}

Seconds read_time(const MacroSpec& macro, const InputSlice& slice) {
  const Index units = is_pwm(macro.input) ? slice.top() : pulses(macro.input, slice);
  return static_cast<double>(units) * macro.read.time +
         static_cast<double>(integrations(macro.input, slice)) * macro.read.integration;
}

}  // namespace ohm
