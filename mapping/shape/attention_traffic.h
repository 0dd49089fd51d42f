// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/shape/shape_times.h"

namespace ohm {

/// Bytes of an operand of the scores that every tile of a layer's attention gets at least: those of
/// the tile with fewest heads, which share one head of keys and values.
std::int64_t least_operand_bytes(const ShapeCase& c, const ShapeOperator& operand,
                                 const AttentionSpread& spread);

/// Bytes of mixed values that every tile sends at least.
std::int64_t least_result_bytes(const ShapeCase& c, const AttentionSpread& spread);

}  // namespace ohm
