// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/shape/shape_times.h"

namespace ohm {

/// What the attention of a layer works on over a request: AttentionWork of scores, softmax and
/// values, added up.
struct AttentionCounts {
  std::int64_t quantised = 0, macs = 0, softmax = 0, accumulated = 0;
  std::int64_t biased = 0;            ///< scores to which a bias of their positions is added
  std::int64_t buffer = 0, dram = 0;  ///< bytes
  std::int64_t kept_in_dram = 0;      ///< bytes at the end
};

/// Counts of one layer whose scores read operands of so many elements together and whose values
/// make `out`.
AttentionCounts attention_counts(const ShapeCase& c, const AttentionSpread& spread, Index operands,
                                 Index out);

/// What storing the keys and values of a source takes for one layer, of so many elements of a token
/// together: source_key_work().
AttentionCounts source_key_counts(const ShapeCase& c, const AttentionSpread& spread, Index out);

}  // namespace ohm
