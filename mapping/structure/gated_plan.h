// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// A plan in which tiles that work in the same steps, and were on alike before, have one gate, as
/// they are powered at the same times.
struct GatedPlan {
  TokenPlan plan;  ///< lean, see lean_plan(); the tiles of its rule are the gates
  /// By tile of the kept layers: the gates of it and of its copies in turn (see expand_plan()).
  std::vector<std::vector<size_t>> gates;
  std::map<Index, Index> of_tile;  ///< by tile of the whole plan: its gate
};

/// Gates `full`, a plan with its rule. `kept` is the rule that knows its tiles as those of the kept
/// layers, whose copies they are.
GatedPlan gate_alike(const TokenPlan& full, const GatingRule& kept);

}  // namespace ohm
