// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/units.h"
#include "crossbar/device/endurance.h"

namespace ohm {

/// How long cells last that keys and values are written into.
struct KvLifetime {
  double positions = 0.0;     ///< of one layer, that take turns
  double tokens_per_s = 0.0;  ///< whose keys and values it stores, of prompts and answers
  bool back_to_back = true;   ///< as fast as the workload runs; else at a stated rate
  Hertz rewrites;             ///< of one cell
  double endurance = 0.0;     ///< cycles that half of the cells survive
  double cycles_per_update = 1.0;
  Seconds median;         ///< until half of the cells have failed
  Seconds first_percent;  ///< until one in a hundred has
};

/// Rates to lifetimes: `rewrites` of a cell per second, each `cycles_per_update` cycles.
void fill_lifetime(const EnduranceSpec& endurance, KvLifetime& life);

}  // namespace ohm
