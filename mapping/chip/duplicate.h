// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"

namespace ohm {

/// One matrix (or digital unit) of the pipeline, as far as copies of it are concerned.
struct DuplicationStage {
  static constexpr Index kMostCopies = Index{1} << 20;

  std::int64_t time = 0;     ///< ps that a single copy works per token; r copies take time / r
  Index arrays = 1;          ///< arrays of one copy; 0 only with most = 1: a digital unit
  Index most = kMostCopies;  ///< copies at most: 1 ... kMostCopies
};

/// How often each matrix is stored, and how far from the best that can be.
struct Duplication {
  std::vector<Index> copies;  ///< by stage, at least 1
  Index arrays = 0;           ///< used: Σ arrays · copies
  double cost = 0;            ///< ps: max time / copies (throughput), Σ time / copies (latency)
  double bound = 0;           ///< ps: no choice of copies within the budget costs less

  /// cost / bound - 1; 0 where both are 0.
  double gap() const { return cost == bound ? 0 : cost / bound - 1; }
};

/// Copies that make the slowest stage, and so the interval between tokens, as short as can be:
/// min max time_l / r_l with Σ arrays_l · r_l ≤ budget.
///
/// Exact: any better choice needs one more copy of every slowest stage, so each step of the
/// water-filling is forced, and the first that does not fit proves the optimum; bound = cost. A
/// bisection of the interval skips most steps: O(stages · log(time) + steps · log stages).
/// ArgumentError where one copy of each stage does not fit, or a stage is out of range.
Duplication duplicate_for_throughput(const std::vector<DuplicationStage>& stages, Index budget);

/// Copies that make the sum of all stages short: min Σ time_l / r_l with Σ arrays_l · r_l ≤ budget.
/// That is the latency of an input of many tokens that passes stage after stage, as an encoder's
/// does; copies take tokens in turn, so that one token alone gains nothing.
///
/// Greedy by gain per array, time / (r (r + 1) arrays) (Fox: Discrete optimization via marginal
/// analysis, Management Science 13, 1966): optimal where all stages take equally many arrays.
/// Otherwise the bound is that of the Lagrangian relaxation: what the greedy reaches before its
/// first misfit, less the gain of the misfit per array times the arrays left. Errors as above.
Duplication duplicate_for_latency(const std::vector<DuplicationStage>& stages, Index budget);

}  // namespace ohm
