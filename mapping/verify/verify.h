// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/chip/partition.h"
#include "mapping/chip/place.h"
#include "mapping/network/network.h"

namespace ohm {

/// Macros of one setting.
struct ArrayLimits {
  Index macros_per_tile = 0, rows = 0, columns = 0;  ///< weights that one macro holds
};

/// What a mapping must respect, in plain numbers.
struct Capacities {
  std::string name;
  Index tiles = 0, macros_per_tile = 0;
  Index array_rows = 0, array_columns = 0;  ///< weights that one macro holds
  std::string head = "crossbar";
  std::vector<bool> digital{};          ///< by matmul: told to be in DRAM; empty: none but the head
  std::vector<ArrayLimits> settings{};  ///< by setting; empty: one, as above
  std::vector<Index> replicas{};        ///< by matmul: of each copy; empty: one each
};

/// What was checked, and what was taken for granted.
struct Verification {
  std::vector<std::string> checked, assumed;
  Index blocks = 0;
  Index weights = 0;
};

/// Recomputes everything about a mapping from the blocks and their slots alone.
///
/// Throws SolveError at the first violation: it is a bug of the mapper, not of the user.
Verification verify(const Network& network, const Capacities& capacities,
                    const std::vector<Block>& blocks, const std::vector<Slot>& slots);

}  // namespace ohm
