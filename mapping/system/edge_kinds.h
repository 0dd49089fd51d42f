// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/index.h"
#include "mapping/system/die_spec.h"
#include "mapping/system/system_spec.h"

namespace ohm {

/// A kind of edges between chips, and the level of the system whose units it joins.
struct EdgeKind : EdgeSpec {
  Index level = 0;
};

/// Kinds of edges: one for each level of a system, then those that dies name for theirs.
struct EdgeKinds {
  std::vector<EdgeKind> kinds;
  std::vector<Index> of_chip;  ///< the kind that a chip's die names, or -1; empty: none does
};

/// A link of a die holds for its edges to the chips of its unit, whatever these are; edges between
/// units (packages, boards) keep their level's. ConfigError where two neighbours name different
/// ones, or all dies together more than kMostEdgeKinds allows.
EdgeKinds edge_kinds(const std::string& chip, const SystemSpec& system,
                     const std::vector<DieSpec>& dies);

}  // namespace ohm
