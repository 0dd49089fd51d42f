// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/verify/verify.h"

namespace ohm {

/// A block of one copy of a matrix, and the cells it lies in.
struct StoredBlock {
  Block block;
  Index copy = 0;                         ///< 0 ... copies - 1
  Slot slot;                              ///< the array
  Index first_row = 0, first_column = 0;  ///< within the array, in weights
  Index setting = 0;  ///< slices and device of the block; an array has one setting
};

/// Recomputes everything about copies and shared arrays from the stored blocks alone: `copies` says
/// by matrix how often each of its weights must be stored (0: not in crossbars).
///
/// Throws SolveError at the first violation, as verify() does.
Verification verify_copies(const Network& network, const Capacities& capacities,
                           const std::vector<StoredBlock>& stored,
                           const std::vector<Index>& copies);

}  // namespace ohm
