// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/token_flow.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/structure/layer_runs.h"
#include "mapping/structure/lean_plan.h"

namespace ohm {

/// Layers of one kind in a plan whose last period stands for more.
struct CarriedRun {
  std::vector<Index> ends;  ///< the steps with which its last periods end, the last first; up to 4
  Index left = 0;           ///< periods that are not in the plan
};

/// The plan of the kept layers, carried on to more of those that they stand for.
struct CarriedPlan {
  TokenPlan plan;                ///< lean, see lean_plan(), or otherwise thinned out
  std::vector<CarriedRun> runs;  ///< those of which layers are left out of the kept ones
  Index carried = 0;             ///< periods behind the kept ones, of all runs
  Index most = 0;                ///< of each run, if it left out so many

  /// Whether no layer is left out.
  bool is_whole() const;
  /// Of the periods that are left out of any run.
  Index most_left() const;
  /// By run: the steps of `ends`, one run behind the other.
  std::vector<Index> watched() const;
  /// What the last period of every run stands for.
  std::vector<Repeat> repeats() const;
};

/// Leaves out of a plan what does not decide when its steps are done.
using Thinning = std::function<TokenPlan(const TokenPlan& full)>;

/// `most` more periods of every run that leaves so many out, or all of them; none where layers are
/// not congruent (see expand_plan()).
CarriedPlan carry_on(const Mapping& mapping, const TokenPlan& plan, const Reduction& reduction,
                     Index most, const Thinning& thinning = lean_plan);

/// Time that what is left out adds to job `j`, from when the watched steps ended.
///
/// Each period adds to a token what the last one did; where what periods add still shrinks from one
/// to the next, it goes on in the same ratio (Aitken's delta-squared), never below what the first
/// token needs, which as a rule waits for none. `alike` is cleared where two periods or two tokens
/// differ: only what shifts all tokens by the same time is known to do so again.
Picoseconds left_out(const CarriedPlan& plan, const std::vector<std::vector<Picoseconds>>& watched,
                     size_t j, bool& alike);

/// The same where each period adds what the last one did.
Picoseconds repeat_last(const CarriedPlan& plan,
                        const std::vector<std::vector<Picoseconds>>& watched, size_t j);

}  // namespace ohm
