// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <vector>

#include "mapping/schedule/token_flow.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

inline constexpr Index kDone = -1;

/// A token of one sequence on its way through the plan.
struct Job {
  Index sequence = 0, token = 0;
  std::vector<Picoseconds> ready;  ///< by step
  std::vector<Index> pending;      ///< by step: what it still waits for
  Index remaining = 0;
  Picoseconds end = 0;
  std::vector<Picoseconds> begun = {};  ///< by repeat (see Generation): when its layer began

  /// By step: whether it is for this token.
  std::vector<bool> applying() const {
    std::vector<bool> applies(pending.size());
    for (size_t k = 0; k < pending.size(); ++k) applies[k] = pending[k] != kDone;
    return applies;
  }
};

/// What layers left out behind a step that ends add to its token: each as much as the last one.
inline Picoseconds left_out(const std::vector<Repeat>& repeats, Index step, Picoseconds end,
                            Job& job) {
  Picoseconds sum = 0;
  for (size_t r = 0; r < repeats.size(); ++r) {
    if (repeats[r].before == step) job.begun[r] = end;
    if (repeats[r].last == step) sum += repeats[r].times * (end - job.begun[r]);
  }
  return sum;
}

/// What the tokens of one sequence tell each other.
struct Sequence {
  std::vector<Index> jobs;            ///< by token
  std::vector<Index> steps_done;      ///< by step: tokens that passed it, for in_order
  std::vector<Picoseconds> last_end;  ///< by step
  std::vector<Index> awaited;         ///< by step: tokens that its gate still has to let pass
  std::vector<Picoseconds> opened;    ///< by step: when the last of them passed, so far
  Picoseconds end = 0;
};

/// A step of a token that may start, as far as others go.
struct Ready {
  Picoseconds time;
  Index job, step;
  bool operator>(const Ready& other) const {
    return std::tie(time, job, step) > std::tie(other.time, other.job, other.step);
  }
};

}  // namespace ohm
