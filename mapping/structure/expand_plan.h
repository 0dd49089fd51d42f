// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Steps of a plan that follow each other.
struct StepRange {
  Index first = 0, size = 0;
  Index end() const { return first + size; }
};

/// The plan with `times` more copies of `period` behind it, the steps of layers that stand for
/// those left out.
///
/// The period before must be congruent: the same steps of as long, that claim resources alike. What
/// that one and the period share, the period and its first copy share, and so on; what both claim
/// in the same place, such as a memory of all layers, all copies do; all else is new in every copy.
/// Steps behind the period follow the last copy. So the plan is that of so many more layers laid
/// out one by one. Tiles that the plan's gating rule names are shared or new as resources are, and
/// the newer the higher their numbers. None if the two periods are not congruent, or space is
/// bounded.
std::optional<TokenPlan> expand_plan(const TokenPlan& plan, StepRange period, Index times);

}  // namespace ohm
