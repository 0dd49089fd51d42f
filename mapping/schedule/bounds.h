// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Times that no schedule of the plan can beat.
struct Bounds {
  Picoseconds critical_path = 0;  ///< the longest chain of steps that wait for each other
  Picoseconds busiest = 0;        ///< the work of the resource that has most of it
  std::string busiest_resource;

  Picoseconds lower() const { return critical_path > busiest ? critical_path : busiest; }
};

/// Lower bounds of the makespan, from the plan alone.
Bounds lower_bounds(const TokenPlan& plan, const Request& request);

/// The longest chain of steps of one sequence, without waiting for any resource; of a decoder, of
/// its tokens from `first` on.
Picoseconds critical_path(const TokenPlan& plan, const Request& request, Index first = 0);

}  // namespace ohm
