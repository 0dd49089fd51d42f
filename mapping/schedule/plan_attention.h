// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/network/attention_shape.h"
#include "mapping/schedule/step_builder.h"

namespace ohm {

/// Positions of one sequence whose keys and values a layer's buffers hold, or the arrays of its
/// attention engine; the rest goes to a memory beside the chip.
///
/// Each tile keeps those of its own heads in `kv_share` of its buffer, which layers and sequences
/// that meet on it share equally.
Index buffered_positions(const Mapping& mapping, int layer, Index batch);

/// Those of an attention operator; none where all keys and values lie in a memory: a second stack's
/// source is there first and stays, its own tokens take what that leaves.
Index buffered_positions(const Mapping& mapping, Index vertex, const Request& request);

/// Positions that the last token of an attention operator sees.
Index held_positions(const Network& network, Index vertex, const Request& request);

/// What merging two partial results of so many heads takes: elements of both, rescaled and added,
/// and bytes of the two that are read and the one that is written.
LaneWork merge_work(const AttentionShape& shape, Index heads, Index activation_bits);

/// Bytes of keys and values of one position of one layer, each once.
std::int64_t kv_bytes_per_position(const Mapping& mapping);

/// Keys and values of a source, which `producer` makes in the pass of the first stack, are sent and
/// stored for `scores` of the second; what the buffers do not keep is written to a memory.
void plan_source_store(StepBuilder& b, Index scores, Index producer);

/// Steps of attention_scores, softmax and attention_values: each tile's share of the positions,
/// then partial results merged in pairs until the first tile of each team has all.
void plan_scores(StepBuilder& b, Index vertex);
void plan_softmax(StepBuilder& b, Index vertex);
void plan_values(StepBuilder& b, Index vertex);

}  // namespace ohm
