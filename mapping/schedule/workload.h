// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/index.h"
#include "crossbar/cost/mvm_activity.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

struct Network;

/// What is asked of the chip. Absent numbers are chosen by resolve().
struct Workload {
  std::optional<Index> prompt;    ///< tokens per sequence that are there from the start
  std::optional<Index> generate;  ///< tokens that a decoder produces per sequence
  Index batch = 1;                ///< sequences; all arrive at time 0
  /// Inputs and cells, for the energy of the analog part: by StaticMatmul::id, or one entry for all
  /// matrices, or none for what the macro assumes.
  std::vector<InputStatistics> activity;
  double expert_imbalance = 1.0;  ///< load of the busiest routed expert / the mean

  const InputStatistics& activity_of(Index matmul) const;
};

/// A workload that suits its network.
struct Request {
  bool decoder = true;
  Index prompt = 1, generate = 1, batch = 1;
  /// Positions that a decoder's token sees at most, in the layer that sees most; 0: all before it.
  Index window = 0;
  Index source = 0;          ///< tokens of the first stack, which this one's cross-attention sees
  bool first_stack = false;  ///< the tokens are those of the first of two stacks
  double expert_imbalance = 1.0;
  Index kv_memory = -1;  ///< of chip.kv.memories, that holds all keys and values; -1: buffers first
  /// Of the tokens of a longer prompt every so-manyth is scheduled, and attends to all before it.
  Index stride = 1;

  /// Tokens that pass through the network per sequence: the last generated one does not.
  Index tokens() const { return decoder ? prompt + generate - 1 : prompt; }
  /// With those of the source, before a second stack.
  Index tokens_of_both_stacks() const { return tokens() + source; }
};

/// Checks a workload and fills in what it leaves open.
///
/// A decoder generates at least one token (the prompt's own answer); its default is a prompt of
/// half the context, at most 512, and 128 tokens or what the context leaves. An encoder takes
/// `prompt` tokens, by default its whole context, and generates none; an image always fills the
/// context. With two stacks the prompt is the source, and the answer begins behind one start token:
/// the request is that of the second stack, first_stack_of() that of the first. Throws
/// ArgumentError for a prompt or batch below 1, tokens beyond the context, or statistics outside
/// [0, 1].
Request resolve(const TransformerSpec& spec, const Workload& workload);

/// The tighter of two windows; 0: none.
Index tighter(Index window, Index other);

/// The request as a layer sees it that has a window of its own.
Request within(Request request, Index window);

/// The request as an attention operator sees it: within its window; a second stack's tokens see all
/// of the source, as those of an encoder do.
Request seen_by(const Network& network, Index vertex, const Request& request);

/// The pass of the source tokens through the first of two stacks.
Request first_stack_of(const Request& request);

/// The passes of a request through the network, one after the other: two stacks take two.
std::vector<Request> passes_of(const Request& request);

/// Σ of the positions that the tokens first … last (counted from 0) attend to: for a decoder token
/// t sees t + 1 positions, at most the window, for an encoder every token sees `tokens` of them.
std::int64_t attended_positions(const Request& request, Index first, Index last);

}  // namespace ohm
