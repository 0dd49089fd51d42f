// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Positions of one sequence whose keys and values a layer's buffers hold; the rest goes to DRAM.
///
/// Each tile keeps those of its own heads in `kv_share` of its buffer, which layers and sequences
/// that meet on it share equally.
Index buffered_positions(const Mapping& mapping, int layer, Index batch);

/// Which tokens an operator is for: a decoder's output matrix only those whose answer is wanted, a
/// classifier the class token, a ViT's patch matrix all but the class token.
StepTokens tokens_of(const Network& network, const Operator& op);

/// Vectors that the embedding of one token reads: words, positions and, for some, token types.
Index embedding_tables(const Network& network);

/// The steps of one token on this chip.
///
/// Matrix: quantise (producer's digital unit), multicast, mvm (all macros of the matrix at once),
/// accumulate (each tile adds up its row tiles), reduce (to the owner), dequantise (with bias).
/// Attention: quantise, scatter to the tiles of the heads, scores and values on their
/// multiply-accumulate units at the pace of units or buffer, softmax on their lanes, gather.
/// Everything else: the digital unit of the tile that has its input. Model: vectors move whole (no
/// overlap within a token); routers buffer what waits for a link; DRAM traffic does not load the
/// network on chip; embedding rows and keys and values on their way to the DRAM are scattered
/// pieces (DramAccess), everything else that it moves are runs; a digital head runs beside the DRAM
/// at the pace of the DRAM.
TokenPlan plan_tokens(const Mapping& mapping, const Request& request);

}  // namespace ohm
