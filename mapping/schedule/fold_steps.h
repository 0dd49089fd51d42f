// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// What a step takes for one token.
struct StepTime {
  bool applies = true;
  Picoseconds occupied = 0;  ///< of its claims, on top of their own time
  Picoseconds latency = 0;
  Picoseconds repeated = 0;  ///< of like layers that follow it, without waiting

  bool operator==(const StepTime&) const = default;
};

/// A time that another one waits for: the end of a server, or the token's release, plus a delay.
struct Wait {
  Index server = -1;  ///< entry of FoldedSteps::servers; -1: the release
  Picoseconds delay = 0;
};

/// A step for which tokens may have to wait.
struct Server {
  size_t step = 0;
  std::vector<Wait> after;
};

/// The steps of a plan for which tokens may wait, and the way from one to the next.
struct FoldedSteps {
  std::vector<Server> servers;
  std::vector<Wait> left;  ///< after all of these the token has passed
};

/// Folds steps for which no token ever waits into delays.
///
/// Every step has resources of its own and serves the tokens of `batch` sequences in one order, in
/// which none takes less than the one before. Tokens leave a step at least as far apart as they
/// arrive, if none has waited so far; and always as far as it holds what it claims, or as they ever
/// arrived. A step that never held its own for longer than tokens were apart finds it free. The
/// first step stays, whatever it holds.
class StepFolder {
 public:
  /// The steps must outlive the folder.
  StepFolder(const std::vector<Step>& steps, Index batch);

  /// For the next token of every sequence; valid until another is asked for. Tokens of the same
  /// times are folded alike.
  const FoldedSteps& fold(const std::vector<StepTime>& times);

 private:
  struct Past {
    bool waits = false;  // tokens may have waited
    bool seen = false;
    Picoseconds apart = 0;  // the least so far
  };

  void add(size_t k, const std::vector<StepTime>& times);
  /// Whether a step that follows tells when the token has passed.
  bool is_followed(size_t k, const std::vector<StepTime>& times) const;
  std::vector<Wait> spare();
  bool never_waits(size_t k, const StepTime& time, Picoseconds apart) const;

  /// The token has not passed before this.
  void leave_after(const Wait& wait);
  /// How long the step holds one of its claims at most.
  Picoseconds longest_hold(size_t k, const StepTime& time) const;

  const std::vector<Step>& steps_;
  const Index batch_;
  std::vector<Picoseconds> held_;        // by step: the longest claim, without growth
  std::vector<Past> past_;               // by step
  std::vector<std::vector<Wait>> ends_;  // by step
  std::vector<Picoseconds> apart_;       // by step: tokens that leave it, at least
  FoldedSteps folded_;
  std::vector<std::vector<size_t>> followers_;  // by step
  std::vector<std::vector<Wait>> spare_;        // lists that can be filled anew
  std::vector<size_t> left_at_;  // by server, the release first: 1 + its entry of `left`
};

}  // namespace ohm
