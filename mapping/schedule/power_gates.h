// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "core/index.h"

namespace ohm {

struct Step;

/// When a schedule switches tiles off; without tiles it never does.
struct GatingRule {
  std::vector<std::vector<Index>> tiles_of;  ///< by resource: the tiles whose circuits it works
  std::vector<Index> tiles;                  ///< in use
  bool ahead = true;                         ///< tiles wake in time for the next step
  std::int64_t wake_time = 0;                ///< in ps, as all times here
  std::int64_t break_even = 0;               ///< a longer wait is gated
};

/// What gating did over a schedule.
struct Gated {
  std::vector<std::int64_t> off;    ///< by entry of GatingRule::tiles: time that it was gated
  std::vector<std::int64_t> woken;  ///< by entry of GatingRule::tiles
  std::int64_t wake_ups = 0;        ///< of all tiles
  std::int64_t waited = 0;          ///< Σ time that steps waited for tiles to wake

  double off_time() const { return std::accumulate(off.begin(), off.end(), 0.0); }
};

/// The header switches of the tiles while a schedule is made, step by step in the order in which
/// steps become ready.
///
/// A tile works from the moment when one of its steps is ready (its inputs lie in the buffer) until
/// the step ends; between the last such end and the next ready step it waits. All tiles are gated
/// before the request and after their last step; in between a wait is gated if it is longer than
/// the break-even time. Ahead, the tile is powered wake_time before the step is ready, at the
/// earliest from time 0, so that only the first steps of a request can wait; on demand it is
/// powered when the step is ready, which starts wake_time later. Links and DRAM are always on.
class PowerGates {
 public:
  /// The rule must outlive the gates.
  explicit PowerGates(const GatingRule& rule);

  /// Wakes what the step needs; returns when it may start. `ready` never goes back.
  std::int64_t wake(const Step& step, std::int64_t ready);

  /// Keeps the step's tiles on until it ends.
  void hold(const Step& step, std::int64_t end);

  /// The account, once all steps are scheduled.
  Gated close(std::int64_t makespan);

 private:
  struct Tile {
    bool used = false;
    std::int64_t powered_until = 0, awake_at = 0, off = 0, woken = 0;
  };

  std::int64_t switch_on(Tile& tile, std::int64_t ready);

  const GatingRule& rule_;
  std::vector<Tile> tiles_;  // by number
  std::int64_t wake_ups_ = 0, waited_ = 0;
};

}  // namespace ohm
