// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Which tokens an operator is for: a decoder's output matrix only those whose answer is wanted, a
/// classifier the class token, a ViT's patch matrix all but the class token.
StepTokens tokens_of(const Network& network, const Operator& op);

/// Vectors that the embedding of one token reads: words, positions and, for some, token types.
Index embedding_tables(const Network& network);

/// Elements that a rotation by position turns: queries and keys, under MLA of one of them.
Index rotated_elements(const Network& network, Index vertex);

/// Whether the pass has steps of an operator: its stack's, and of one expert per group.
bool is_planned(const Network& network, Index vertex, const Request& request);

/// The steps of one token on this chip.
///
/// Matrix: quantise (producer's digital unit), multicast, mvm (all macros of the matrix at once),
/// accumulate (each tile adds up its row tiles), reduce (to the owner), dequantise (with bias).
/// Attention: quantise, scatter to the tiles of the heads, scores and values on their
/// multiply-accumulate units at the pace of units or buffer, softmax on their lanes, then in rounds
/// combine (partial results to another tile of the team) and merge, gather.
/// Experts: one of each group of neighbours (see middle_expert()), whose macros and digital units
/// are occupied for the group's share of the tokens. A source's keys and values are stored by the
/// pass of the first stack. Everything else: the digital unit of the tile that has its input.
/// Model: vectors move whole (no overlap within a token); routers buffer what waits for a link;
/// DRAM traffic does not load the network on chip; embedding rows and keys and values on their way
/// to the DRAM are scattered pieces (DramAccess), everything else that it moves are runs; a digital
/// head runs beside the DRAM at the pace of the DRAM. Of several chips, embeddings, inputs and a
/// digital head are in the DRAM of the chip of tile 0, keys and values in those of the chips that
/// attend to them; chips without DRAM use the nearest, over the links.
TokenPlan plan_tokens(const Mapping& mapping, const Request& request);

}  // namespace ohm
