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

  /// Value that is driven for `x`, in units of the step's least significant bit.
  Index value(std::int32_t x) const {
    const Index mask = (Index{1} << bits) - 1;
    if (!is_bipolar) return (static_cast<Index>(x) >> shift) & mask;
    const Index part = ((x < 0 ? -Index{x} : Index{x}) >> shift) & mask;
    return x < 0 ? -part : part;
  }
  /// Largest value it drives: the full-scale amplitude stands for it.
  Index top() const { return (Index{1} << bits) - 1; }
  /// What one unit of its digital sum counts.
  double weight() const { return (is_sign ? -1.0 : 1.0) * static_cast<double>(Index{1} << shift); }
};

/// The steps of one input, least significant first: x = Σ weight · value.
std::vector<InputSlice> input_slices(const InputSpec& spec);

}  // namespace ohm
