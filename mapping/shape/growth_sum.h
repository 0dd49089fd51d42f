// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// What a step takes on top over many tokens: Step::occupation() and Step::extra(), added up.
struct GrowthSum {
  Picoseconds occupied = 0;  ///< Σ occupation
  Picoseconds extra = 0;     ///< Σ of it and of the start-up
};

/// Over the tokens first … last of one sequence, in closed form: O(log) but for the few positions
/// of which the lanes need a whole pass more than the buffer takes.
GrowthSum growth_sum(const Growth& growth, const Request& request, Index first, Index last);

}  // namespace ohm
