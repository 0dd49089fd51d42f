// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/chip/chip_spec.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// What moving bytes takes at least, wherever on the mesh the tiles stand.
///
/// Tiles other than the hub stand at least one hop away from it, at most 4 d of them d hops (2
/// along a line); all bytes to or from them pass its links, of which it has at most four. On
/// several chips a hop is whichever of those on chip and between chips takes least.
class LeastWays {
 public:
  /// On a mesh of so many columns and rows.
  LeastWays(const ChipSpec& chip, Index columns, Index rows);

  /// Time of a multicast of `bytes` to so many tiles away from its hub; 0 for none.
  Picoseconds multicast(std::int64_t bytes, Index away) const;
  /// Time until `total` bytes of so many tiles away have reached the hub.
  Picoseconds gather(std::int64_t total, Index away) const;
  /// Time until each of so many tiles away has its at least `each` bytes from the hub.
  Picoseconds scatter(std::int64_t each, Index away) const;
  /// Time that the busiest link of the hub takes for `total` bytes from or to tiles away from it.
  Picoseconds star_link(std::int64_t total) const;
  /// Σ bytes × links of a multicast.
  std::int64_t multicast_bytes(std::int64_t bytes, Index away) const;
  /// The same of a transfer of `total` bytes from or to tiles away, all but two of which (and the
  /// hub) have at least `each` bytes.
  std::int64_t star_bytes(std::int64_t total, std::int64_t each, Index away) const;

 private:
  Index hops_to(Index away) const;
  Picoseconds clocked(Index n) const;
  Picoseconds serial(std::int64_t bytes) const;
  Picoseconds latency(Index hops, std::int64_t bytes) const;

  const NocSpec& noc_;
  const SystemSpec& system_;
  const bool line_;
  const bool one_chip_;
  const Index ports_;
  Picoseconds hop_ = 0;  ///< over links between chips, if that is shorter than on chip
};

}  // namespace ohm
