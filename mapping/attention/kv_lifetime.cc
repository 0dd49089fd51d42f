// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/kv_lifetime.h"

namespace ohm {

void fill_lifetime(const EnduranceSpec& endurance, KvLifetime& life) {
  constexpr double kFirst = 0.01;
  life.endurance = endurance.median;
  life.median = lifetime(endurance, life.cycles_per_update, life.rewrites);
  life.first_percent = cycles_until(endurance, kFirst) / endurance.median * life.median;
}

}  // namespace ohm
