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

/// Those of an attention operator; none where all keys and values lie in a memory: a second stack
/// keeps its own tokens first, then its source.
Index buffered_positions(const Mapping& mapping, Index vertex, const Request& request);

/// Positions that the last token of an attention operator sees.
Index held_positions(const Network& network, Index vertex, const Request& request);

/// What merging two partial results of so many heads takes: elements of both, rescaled and added,
/// and bytes of the two that are read and the one that is written.
LaneWork merge_work(const AttentionShape& shape, Index heads, Index activation_bits);

/// Bytes of keys and values of one position of one layer, each once.
std::int64_t kv_bytes_per_position(const Mapping& mapping);

/// Queries, keys and values (or the latents of both) are stored for `scores` once they are sent: on
/// the tile whose turn it is those of the token, on all tiles of its team the queries. Returns the
/// last step.
Index plan_store(StepBuilder& b, Index scores, const std::vector<Index>& sent);

/// What `producer` makes on its way to the tiles of the heads of `scores`: queries to all of a
/// team, keys and values to one. Returns the last steps.
std::vector<Index> plan_scatter(StepBuilder& b, Index scores, Index producer);

/// Steps of attention_scores, softmax and attention_values: each tile's share of the positions,
/// then partial results merged in pairs until the first tile of each team has all.
void plan_scores(StepBuilder& b, Index vertex);
void plan_softmax(StepBuilder& b, Index vertex);
void plan_values(StepBuilder& b, Index vertex);

}  // namespace ohm
