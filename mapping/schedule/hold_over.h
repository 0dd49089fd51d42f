// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// A deposit that is read behind a barrier: all tokens hold theirs at once.
struct Crossing {
  Index producer = 0;
  Index barrier = 0;             ///< the last step that waits for all before they read it
  std::vector<Index> late = {};  ///< readers of one phase behind it
};

/// The deposits of a plan that cross barriers.
std::vector<Crossing> crossings_of(const TokenPlan& plan);

/// What becomes of a crossing: kept, in space that is not the plan's, or moved away before the
/// barrier and back behind it.
struct HeldOver {
  Step spill = {}, restore = {};  ///< claims, latency and bytes
  bool kept = false;
};

/// The plan without deposits that cross barriers; one way for each crossing.
TokenPlan hold_over(TokenPlan plan, const std::vector<Crossing>& crossings,
                    const std::vector<HeldOver>& ways);

}  // namespace ohm
