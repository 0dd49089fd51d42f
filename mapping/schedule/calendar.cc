// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/calendar.h"

#include <algorithm>

namespace ohm {

Picoseconds Calendar::earliest(Picoseconds from, Picoseconds busy) const {
  for (auto at = begin(); at != earlier_.end(); ++at) {
    if (from + busy <= at->first) return from;
    from = std::max(from, at->second);
  }
  return from + busy <= last_.first ? from : std::max(from, last_.second);
}

void Calendar::reserve(Picoseconds start, Picoseconds busy) {
  if (busy == 0) return;
  if (start >= last_.second) return append(0, start, busy);
  if (start + busy == last_.first) {
    last_.first = start;
    if (begin() == earlier_.end() || earlier_.back().second != start) return;
    last_.first = earlier_.back().first;
    earlier_.pop_back();
    return;
  }
  auto at = earlier_.end();
  const auto first = earlier_.begin() + first_;
  // as a rule it comes behind all others
  while (at != first && std::prev(at)->first > start) --at;
  const bool joins_left = at != first && std::prev(at)->second == start;
  const bool joins_right = at != earlier_.end() && at->first == start + busy;
  if (joins_left && joins_right) {
    std::prev(at)->second = at->second;
    earlier_.erase(at);
  } else if (joins_left) {
    std::prev(at)->second = start + busy;
  } else if (joins_right) {
    at->first = start;
  } else {
    earlier_.insert(at, {start, start + busy});
  }
}

void Calendar::forget(Picoseconds now) {
  constexpr std::ptrdiff_t kMostForgotten = 32;
  while (begin() != earlier_.end() && begin()->second <= now) ++first_;
  if (begin() == earlier_.end()) {
    earlier_.clear();
    first_ = 0;
  } else if (first_ > kMostForgotten) {
    earlier_.erase(earlier_.begin(), begin());
    first_ = 0;
  }
}

}  // namespace ohm
