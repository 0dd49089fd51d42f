// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/attention/attention_engine.h"
#include "mapping/chip/map_network.h"

namespace ohm {

/// What the arrays of a tile hold of one layer.
///
/// A key is a column, a value a row: a head of positions S takes ceil(key / rows) · ceil(S /
/// columns) arrays for its keys and ceil(S / rows) · ceil(value / columns) for its values.
struct EngineShare {
  EngineArray array;
  Index arrays = 0;  ///< for this layer: those of a tile, shared equally by layers that meet there
  Index heads = 1;   ///< of queries, in the fullest tile
  Index kv_heads = 1;        ///< of keys and values, in the fullest tile
  Index key = 0, value = 0;  ///< elements
  Index key_blocks() const { return (key - 1) / array.rows + 1; }
  Index value_blocks() const { return (value - 1) / array.columns + 1; }

  /// Arrays that `positions` of all heads take.
  Index arrays_for(Index positions) const;
  /// The most positions that fit.
  Index capacity() const;
};

/// The share of a layer. Throws ArgumentError for a chip without an attention engine.
EngineShare engine_share(const Mapping& mapping, int layer);

/// Positions of a layer that the engines of its tiles hold, of all sequences together.
Index engine_positions(const Mapping& mapping, int layer);

/// Time that a tile's engine is occupied by one product of one token, all its heads: queries of one
/// head of keys take turns, others have arrays of their own, and partial sums of arrays are added
/// in a tree, one level per cycle of the digital unit.
Seconds engine_product_time(const Mapping& mapping, int layer, AttentionProduct product);

/// Time that a tile's engine is occupied by writing the keys and values of one token.
Seconds engine_write_time(const Mapping& mapping, int layer);

}  // namespace ohm
