// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "core/index.h"

namespace ohm {

struct Step;

/// A tile at the end of a pass, in ps from there on: what lies before is negative.
struct TileGate {
  bool used = false;
  std::int64_t powered_until = 0, awake_at = 0;
  auto operator<=>(const TileGate&) const = default;
};

/// All tiles at the end of a pass which another follows at once.
struct TilesLeft {
  std::int64_t since = 0;       ///< time that has passed since the request came
  std::vector<TileGate> gates;  ///< by tile; others have been off since then

  TileGate of(Index tile) const {
    const auto t = static_cast<size_t>(tile);
    return t < gates.size() ? gates[t] : TileGate{false, -since, -since};
  }
};

/// When a schedule switches tiles off; without tiles it never does.
struct GatingRule {
  std::vector<std::vector<Index>> tiles_of;  ///< by resource: the tiles whose circuits it works
  std::vector<Index> tiles;                  ///< in use
  bool ahead = true;                         ///< tiles wake in time for the next step
  std::int64_t wake_time = 0;                ///< in ps, as all times here
  std::int64_t break_even = 0;               ///< a longer wait is gated
  TilesLeft before = {};                     ///< by the passes before this one
};

/// What gating did over a schedule.
struct Gated {
  /// By entry of GatingRule::tiles: time that it was gated. What a pass before counted behind the
  /// last step of a tile is taken back where the tile was on.
  std::vector<std::int64_t> off;
  std::vector<std::int64_t> woken;  ///< by entry of GatingRule::tiles
  std::int64_t wake_ups = 0;        ///< of all tiles
  std::int64_t waited = 0;          ///< Σ time that steps waited for tiles to wake
  TilesLeft after;                  ///< GatingRule::before of a pass that follows at once

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
/// powered when the step is ready, which starts wake_time later. Links and DRAM are always on. A
/// pass that follows another at once finds tiles as that left them, and wakes them before it
/// begins.
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
  struct Tile : TileGate {
    std::int64_t off = 0, woken = 0;
  };

  std::int64_t switch_on(Tile& tile, std::int64_t ready);

  const GatingRule& rule_;
  std::vector<Tile> tiles_;  // by number
  std::int64_t wake_ups_ = 0, waited_ = 0;
};

}  // namespace ohm
