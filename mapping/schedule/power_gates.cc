// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/power_gates.h"

#include <algorithm>

#include "mapping/schedule/token_plan.h"

namespace ohm {

PowerGates::PowerGates(const GatingRule& rule) : rule_(rule) {
  Index n = 0;
  for (const Index tile : rule.tiles) n = std::max(n, tile + 1);
  for (const std::vector<Index>& works : rule.tiles_of) {
    for (const Index tile : works) n = std::max(n, tile + 1);
  }
  for (Index tile = 0; tile < n; ++tile) {
    const TileGate left = rule.before.of(tile);
    tiles_.push_back({left, left.powered_until, 0});  // since then counted as gated, till now
  }
}

std::int64_t PowerGates::switch_on(Tile& tile, std::int64_t ready) {
  const std::int64_t gap = ready - tile.powered_until;
  if (tile.used && gap <= rule_.break_even) return tile.awake_at;
  const std::int64_t wakes =
      rule_.ahead ? std::max(tile.powered_until, ready - rule_.wake_time) : ready;
  tile.off += wakes - tile.powered_until;
  tile.awake_at = wakes + rule_.wake_time;
  tile.powered_until = ready;  // by the step at hand, which may ask again
  tile.used = true;
  ++tile.woken;
  ++wake_ups_;
  return tile.awake_at;
}

std::int64_t PowerGates::wake(const Step& step, std::int64_t ready) {
  if (tiles_.empty()) return ready;
  std::int64_t start = ready;
  for (const Claim& claim : step.claims) {
    for (const Index tile : rule_.tiles_of[static_cast<size_t>(claim.resource)]) {
      start = std::max(start, switch_on(tiles_[static_cast<size_t>(tile)], ready));
    }
  }
  waited_ += start - ready;
  return start;
}

void PowerGates::hold(const Step& step, std::int64_t end) {
  if (tiles_.empty()) return;
  for (const Claim& claim : step.claims) {
    for (const Index tile : rule_.tiles_of[static_cast<size_t>(claim.resource)]) {
      Tile& held = tiles_[static_cast<size_t>(tile)];
      held.powered_until = std::max(held.powered_until, end);
    }
  }
}

Gated PowerGates::close(std::int64_t makespan) {
  Gated gated;
  for (const Index number : rule_.tiles) {
    const Tile& tile = tiles_[static_cast<size_t>(number)];
    gated.off.push_back(tile.off + makespan - tile.powered_until);
    gated.woken.push_back(tile.woken);
  }
  gated.after.since = rule_.before.since + makespan;
  for (const Tile& tile : tiles_) {
    gated.after.gates.push_back(
        {tile.used, tile.powered_until - makespan, tile.awake_at - makespan});
  }
  gated.wake_ups = wake_ups_;
  gated.waited = waited_;
  return gated;
}

}  // namespace ohm
