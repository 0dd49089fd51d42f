// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"
#include "core/units.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/duplicate.h"
#include "mapping/chip/packing.h"
#include "mapping/chip/partition.h"
#include "mapping/network/network.h"

namespace ohm {

/// One copy of a matrix and the arrays it takes.
struct StoredCopy {
  Index matmul = 0, copy = 0;
  Index arrays = 0;           ///< distinct ones
  Index turns = 1;            ///< reads in sequence: the most blocks of this copy in one array
  std::vector<Index> shared;  ///< arrays that also hold blocks of other copies
};

/// How often each matrix is stored, and which cells its blocks take.
///
/// Stored blocks are numbered matrix by matrix, copy by copy, block by block.
struct Arrangement {
  std::vector<Index> copies;       ///< by matmul; 0: not in crossbars
  std::vector<StoredCopy> stored;  ///< matrix by matrix
  std::vector<Index> first;        ///< by matmul: its first entry of `stored`; one more closes
  std::vector<PackedSpot> spots;   ///< by stored block; arrays are numbered by first use
  Index arrays = 0;
  std::vector<Index> kinds;  ///< by array: the kind of its macro; empty: the chip's own
  Index fewest_arrays = 0;   ///< no packing of these blocks takes fewer
  Duplication duplication;   ///< cost and bound; without copies those of one each

  Index kind_of(Index array) const { return kinds.empty() ? 0 : kinds[static_cast<size_t>(array)]; }
  /// Of a copy that is stored.
  const StoredCopy& of(Index matmul, Index copy) const {
    return stored[static_cast<size_t>(first[static_cast<size_t>(matmul)] + copy)];
  }
};

/// What the macros of a matrix take for one token; its inputs pass the buffer of each tile twice.
struct MvmTime {
  Seconds load, interval, latency;  ///< of the buffer; of the largest block's macro
};

/// Time of a matrix on its arrays.
MvmTime mvm_time(const Chip& chip, const Partition& partition, const StaticMatmul& matmul);

/// Every matrix once, every block in an array of its own.
Arrangement single_copies(const Partition& partition);

/// Copies and arrays as chip.spec.map wants them.
///
/// Copies of a matrix take tokens in turn. A stage of the duplication is a matrix that every token
/// passes (a decoder's output matrix counts as one), its time the longer of load and interval; what
/// acts on one token of a sequence has one copy, as have routed experts, whose time counts by their
/// share of the tokens. Digital units are not stages: copies beyond what
/// they keep up with gain nothing. ConfigError where the budget does not hold one copy of each.
Arrangement arrange(const Network& network, const Chip& chip, const Partition& partition);

}  // namespace ohm
