// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/calendar.h"

#include <algorithm>

namespace ohm {

Picoseconds Calendar::earliest(Picoseconds from, Picoseconds busy) const {
  for (const auto& [start, end] : taken_) {
    if (from + busy <= start) return from;
    from = std::max(from, end);
  }
  return from;
}

void Calendar::reserve(Picoseconds start, Picoseconds busy) {
  if (busy == 0) return;
  auto at = std::lower_bound(taken_.begin(), taken_.end(), std::pair(start, start));
  const bool joins_left = at != taken_.begin() && std::prev(at)->second == start;
  const bool joins_right = at != taken_.end() && at->first == start + busy;
  if (joins_left && joins_right) {
    std::prev(at)->second = at->second;
    taken_.erase(at);
  } else if (joins_left) {
    std::prev(at)->second = start + busy;
  } else if (joins_right) {
    at->first = start;
  } else {
    taken_.emplace(at, start, start + busy);
  }
}

void Calendar::forget(Picoseconds now) {
  while (!taken_.empty() && taken_.front().second <= now) taken_.pop_front();
}

}  // namespace ohm
