// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/transfers.h"

namespace ohm {

/// What an operator `from` gives to the scores of a team.
struct ScoreOperand {
  Index queries = 0;  ///< elements for all tiles of the team
  Index cached = 0;   ///< elements of keys and values, which one tile of the team stores
};

/// The same by the operand's vertex; `heads` of queries and `kv_heads` of keys and values.
ScoreOperand score_operand(const Network& network, Index vertex, Index from,
                           const std::pair<Index, Index>& heads);

/// Queries of `from` to the tiles of their teams; keys and values to the tile of each team whose
/// turn it is, for which the one in the middle stands.
void add_operands(const Network& network, const Placement& placement, const Widths& widths,
                  std::pair<Index, Index> edge, std::vector<Transfer>& transfers);

/// Partial results of the tiles of each team in pairs, round by round, then what its first tile has
/// made of them.
void add_mixed_values(const Network& network, const Placement& placement, const Widths& widths,
                      Index vertex, std::vector<Transfer>& transfers);

}  // namespace ohm
