// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "core/index.h"
#include "core/units.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Before which everything ends: what int64 holds, 104 days.
inline constexpr Picoseconds kLastTime = 9'000'000'000'000'000'000;

/// To the picosecond; kLastTime for what takes longer.
inline Picoseconds whole_picoseconds(Seconds time) {
  return std::llround(std::min(time.si() * 1e12, static_cast<double>(kLastTime)));
}

/// What one pass of a machine takes.
struct StepCost {
  Picoseconds time = 0;
  Joules energy;
};

/// A sequence between two outputs.
struct Decoding {
  Index prompt = 1;     ///< tokens that it began with; of two stacks the source
  Index generated = 1;  ///< outputs so far, the last of which passes now

  /// What the passing token attends to, itself included; a start token not counted.
  Index positions() const { return prompt + generated; }
};

/// A machine as a server sees it: how long it takes for a batch, and what it can hold.
class StepTimes {
 public:
  virtual ~StepTimes() = default;

  /// Reads whole prompts of so many tokens each, at least one; answers with their first tokens.
  virtual StepCost prefill(std::span<const Index> prompts) const = 0;
  /// One new token per sequence.
  virtual StepCost decode(std::span<const Decoding> sequences) const = 0;
  /// Tokens whose keys and values it holds at a time, over all sequences.
  virtual Index kv_capacity() const = 0;
  /// Of these those that a sequence has beside its prompt and its outputs, see ohm::start_tokens().
  virtual Index start_tokens() const { return 0; }
  /// Power between passes.
  virtual Watts idle() const = 0;
};

}  // namespace ohm
