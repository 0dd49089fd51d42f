// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/calendar.h"

#include <algorithm>

namespace ohm {

Picoseconds Calendar::earliest(Picoseconds from, Picoseconds busy) const {
  for (auto at = begin(); at != taken_.end(); ++at) {
    if (from + busy <= at->first) return from;
    from = std::max(from, at->second);
  }
  return from;
}

void Calendar::reserve(Picoseconds start, Picoseconds busy) {
  if (busy == 0) return;
  auto at = taken_.end();
  const auto first = taken_.begin() + first_;
  // as a rule it comes behind all others
  while (at != first && std::prev(at)->first > start) --at;
  const bool joins_left = at != first && std::prev(at)->second == start;
  const bool joins_right = at != taken_.end() && at->first == start + busy;
  if (joins_left && joins_right) {
    std::prev(at)->second = at->second;
    taken_.erase(at);
  } else if (joins_left) {
    std::prev(at)->second = start + busy;
  } else if (joins_right) {
    at->first = start;
  } else {
    taken_.insert(at, {start, start + busy});
  }
}

void Calendar::forget(Picoseconds now) {
  constexpr std::ptrdiff_t kMostForgotten = 32;
  while (begin() != taken_.end() && begin()->second <= now) ++first_;
  if (begin() == taken_.end()) {
    taken_.clear();
    first_ = 0;
  } else if (first_ > kMostForgotten) {
    taken_.erase(taken_.begin(), begin());
    first_ = 0;
  }
}

}  // namespace ohm
