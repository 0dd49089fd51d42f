// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "crossbar/macro_spec.h"

namespace ohm {

/// What one step drives onto the wordlines: a group of neighbouring bits of the input.
struct InputSlice {
  Index shift = 0;
  Index bits = 1;
  bool is_sign = false;     ///< the sign bit of two's complement: counts -2^shift
  bool is_bipolar = false;  ///< a slice of |x| that carries the sign of x
  bool is_binary = false;   ///< an input of -1 or 1: 1 drives the first wordline, -1 the second

  /// Value that is driven for `x`, in units of the step's least significant bit.
  Index value(std::int32_t x) const {
    const Index mask = (Index{1} << bits) - 1;
    if (is_binary) return x > 0 ? 1 : 0;
    if (!is_bipolar) return (static_cast<Index>(x) >> shift) & mask;
    const Index part = ((x < 0 ? -Index{x} : Index{x}) >> shift) & mask;
    return x < 0 ? -part : part;
  }
  /// What the second wordline of a binary input carries.
  Index complement(std::int32_t x) const { return x < 0 ? 1 : 0; }
  /// Largest value it drives: full scale stands for it.
  Index top() const { return (Index{1} << bits) - 1; }
  /// What one unit of its digital sum counts.
  double weight() const { return (is_sign ? -1.0 : 1.0) * static_cast<double>(Index{1} << shift); }
};

/// The steps of one input, least significant first: x = Σ weight · value.
///
/// bit_serial: two's complement, slice_bits per step, the sign bit in a step of its own. bipolar:
/// |x| in slices of slice_bits, the sign as the polarity of the drive. pwm: |x| in one pulse whose
/// length counts the value, the sign as its polarity; split_pwm: the same in two halves of the
/// bits. An input of one bit is -1 or 1.
std::vector<InputSlice> input_slices(const InputSpec& spec);

/// The integers that can be driven: [-2^(bits-1), 2^(bits-1) - 1], symmetric where the sign is a
/// polarity, -1 and 1 for one bit.
struct InputRange {
  Index low = 0, high = 0;
};
InputRange input_range(const InputSpec& spec);

/// Whether the value of a step is the length of a pulse rather than its amplitude: pwm, or gates
/// that stay open for the value.
bool drives_pulse_width(const MacroSpec& macro);

/// Length of the longest step: read.time, or one read.time per unit of the value with pwm.
Seconds step_time(const MacroSpec& macro);

}  // namespace ohm
