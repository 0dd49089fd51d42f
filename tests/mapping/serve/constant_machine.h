// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/serve/step_times.h"

namespace ohm::testing {

/// A machine whose passes take the same time for any batch: what closed forms describe.
struct ConstantMachine : StepTimes {
  Picoseconds prefill_time = 1000, decode_time = 100;
  Index capacity = Index{1} << 40, start = 0;

  StepCost prefill(std::span<const Index>) const override { return {prefill_time, Joules(3.0)}; }
  StepCost decode(std::span<const Decoding>) const override { return {decode_time, Joules(0.5)}; }
  Index kv_capacity() const override { return capacity; }
  Index start_tokens() const override { return start; }
  Watts idle() const override { return Watts(1e9); }  // 1e-3 J per picosecond
};

/// Sequences whose new tokens attend to so many positions each.
inline std::vector<Decoding> attending_to(const std::vector<Index>& positions) {
  std::vector<Decoding> sequences;
  for (const Index p : positions) sequences.push_back({p - 1, 1});
  return sequences;
}

inline Seconds picoseconds(double count) {
  return Seconds(count * 1e-12);
}

}  // namespace ohm::testing
