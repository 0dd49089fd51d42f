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
/// bits. bit_planes: |x| pulse by pulse, one per bit, whose charges are integrated 2^k times each
/// before one conversion, in two halves as well (NeuRRAM: Wan et al., Nature 608, 2022). Both are
/// split where |x| has more than split_above bits. An input of one bit is -1 or 1.
std::vector<InputSlice> input_slices(const InputSpec& spec);

/// Every step that an MVM drives: the wide ones of input.speculation, then input_slices(). A wide
/// slice that holds the sign bit carries it as one more bit of its value.
std::vector<InputSlice> driven_slices(const InputSpec& spec);

/// The integers that can be driven: [-2^(bits-1), 2^(bits-1) - 1], symmetric where the sign is a
/// polarity, -1 and 1 for one bit.
struct InputRange {
  Index low = 0, high = 0;
};
InputRange input_range(const InputSpec& spec);

/// Whether the value of a step is the length of a pulse rather than its amplitude: pwm, or gates
/// that stay open for the value.
bool drives_pulse_width(const MacroSpec& macro);

/// Time for which a step drives the cells at full scale: read.time, or one read.time per unit of
/// the largest value with pwm. A step of bit_planes drives once per bit.
Seconds step_time(const MacroSpec& macro);

/// Pulses of one step: one per bit with bit_planes, else one.
Index pulses(const InputSpec& input, const InputSlice& slice);

/// How often a step integrates sampled charge: 2^bits - 1 with bit_planes, else never.
Index integrations(const InputSpec& input, const InputSlice& slice);

/// How long one step takes to drive the cells and to integrate what they deliver: read.time per
/// pulse (pwm: per unit of the largest value of the slice) and read.integration per integration.
Seconds read_time(const MacroSpec& macro, const InputSlice& slice);

}  // namespace ohm
