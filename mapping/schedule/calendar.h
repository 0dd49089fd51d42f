// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <utility>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// When a resource is taken: disjoint intervals in the order of time.
class Calendar {
 public:
  /// The earliest start, not before `from`, of a free stretch of `busy`.
  Picoseconds earliest(Picoseconds from, Picoseconds busy) const;

  /// Takes [start, start + busy), which must be free; nothing if `busy` is 0.
  void reserve(Picoseconds start, Picoseconds busy);

  /// Drops what ended by `now`: nothing will be asked before it again.
  void forget(Picoseconds now);

 private:
  std::deque<std::pair<Picoseconds, Picoseconds>> taken_;  // [start, end)
};

}  // namespace ohm
