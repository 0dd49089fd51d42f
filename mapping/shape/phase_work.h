// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// How often a step runs: for one sequence's prompt, and for all sequences in either phase. An
/// encoder's tokens are a prompt.
struct Runs {
  std::int64_t sequence = 0, prefill = 0, decode = 0;

  std::int64_t all() const { return prefill + decode; }
};

/// Runs by the tokens that a step is for.
class RunsOf {
 public:
  explicit RunsOf(const Request& request);

  const Runs& operator[](StepTokens tokens) const { return runs_[static_cast<size_t>(tokens)]; }

 private:
  std::array<Runs, 4> runs_;
};

/// Time that a resource is taken.
struct PhaseWork {
  Picoseconds sequence = 0, prefill = 0, decode = 0;

  Picoseconds all() const { return prefill + decode; }
  void add(Picoseconds busy, const Runs& runs) {
    sequence += busy * runs.sequence;
    prefill += busy * runs.prefill;
    decode += busy * runs.decode;
  }
  PhaseWork& operator+=(const PhaseWork& other) {
    sequence += other.sequence;
    prefill += other.prefill;
    decode += other.decode;
    return *this;
  }
};

/// The work of so many resources that each have as much.
inline PhaseWork operator*(Index n, const PhaseWork& each) {
  return {n * each.sequence, n * each.prefill, n * each.decode};
}

/// At least one of `n` resources that share the work has so much of it.
PhaseWork busiest_of(const PhaseWork& work, Index n);

/// The most work that any resource has, by phase and over all.
class BusiestWork {
 public:
  void add(ResourceKind kind, const PhaseWork& work);

  Picoseconds sequence = 0, prefill = 0, decode = 0, all = 0;
  ResourceKind kind = ResourceKind::macros;  ///< of the one that has most over all
};

}  // namespace ohm
