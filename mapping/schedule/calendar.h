// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// When a resource is taken: disjoint intervals in the order of time.
class Calendar {
 public:
  /// The earliest start, not before `from`, of a free stretch of `busy`.
  Picoseconds earliest(Picoseconds from, Picoseconds busy) const;

  /// Takes [start, start + busy), which must be free; nothing if `busy` is 0.
  void reserve(Picoseconds start, Picoseconds busy);

  /// Takes a stretch of `busy` as early as it is free, not before `from`; returns its start.
  /// Nothing will be asked before `now` again.
  Picoseconds take(Picoseconds now, Picoseconds from, Picoseconds busy) {
    if (!taken_.empty() && taken_.back().second > from) {
      forget(now);
      const Picoseconds start = earliest(from, busy);
      reserve(start, busy);
      return start;
    }
    if (busy == 0) return from;
    if (first_ == std::ssize(taken_) - 1 && taken_.back().second <= now) {
      taken_.back() = {from, from + busy};
    } else if (!taken_.empty() && taken_.back().second == from) {
      taken_.back().second = from + busy;
    } else {
      if (taken_.size() == taken_.capacity()) forget(now);
      taken_.emplace_back(from, from + busy);
    }
    return from;
  }

  /// Drops what ended by `now`: nothing will be asked before it again.
  void forget(Picoseconds now);

 private:
  using Intervals = std::vector<std::pair<Picoseconds, Picoseconds>>;  // [start, end)

  Intervals::const_iterator begin() const { return taken_.begin() + first_; }

  Intervals taken_;
  std::ptrdiff_t first_ = 0;  // those before it are forgotten
};

}  // namespace ohm
