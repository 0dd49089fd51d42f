// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/shape/least_ways.h"
#include "mapping/shape/shape_times.h"

namespace ohm {

/// Bytes that the network moves at least.
struct LeastTraffic {
  Picoseconds time = 0;       ///< until the last has arrived
  std::int64_t links = 0;     ///< bytes x links
  std::int64_t injected = 0;  ///< bytes that enter
};

/// Attention's messages of one layer: bytes of the team with fewest heads, on the shortest ways.
class AttentionTraffic {
 public:
  AttentionTraffic(const ShapeCase& c, const LeastWays& ways, const AttentionSpread& spread);

  /// An operand of the scores, from a producer that may be on one of the tiles; of cross-attention
  /// queries, or (ShapeOperator::keeps) a source's keys and values.
  LeastTraffic operand(const ShapeOperator& operand, bool inside) const;
  /// One round in which tiles of a team hand over their partial results.
  LeastTraffic round(Index round) const;
  /// What the first tiles of the teams send, to an owner that may be one of them.
  LeastTraffic result(bool inside) const;

 private:
  const ShapeCase& c_;
  const LeastWays& ways_;
  const AttentionSpread& spread_;
};

}  // namespace ohm
