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
    if (last_.second > from) {
      forget(now);
      const Picoseconds start = earliest(from, busy);
      reserve(start, busy);
      return start;
    }
    if (busy > 0) append(now, from, busy);
    return from;
  }

  /// Drops what ended by `now`: nothing will be asked before it again.
  void forget(Picoseconds now);

 private:
  using Interval = std::pair<Picoseconds, Picoseconds>;  // [start, end)
  using Intervals = std::vector<Interval>;

  /// Takes what begins when all else has ended.
  void append(Picoseconds now, Picoseconds start, Picoseconds busy) {
    if (last_.second == start) {
      last_.second = start + busy;
      return;
    }
    if (last_.second > now) {
      earlier_.push_back(last_);
    } else if (!earlier_.empty()) {
      earlier_.clear();
      first_ = 0;
    }
    last_ = {start, start + busy};
  }

  Intervals::const_iterator begin() const { return earlier_.begin() + first_; }

  Interval last_{0, 0};  // at hand without a look elsewhere
  Intervals earlier_;
  std::ptrdiff_t first_ = 0;  // those before it are forgotten
};

}  // namespace ohm
