// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "mapping/attention/engine_share.h"
#include "mapping/schedule/plan_attention.h"

namespace ohm {
namespace {

/// Positions that the last token of the network's own attention sees.
Index attended(const Request& request) {
  return request.window == 0 ? request.tokens() : std::min(request.window, request.tokens());
}

void apply_window(const ChipSpec& chip, Request& request) {
  const AttentionSpec& spec = chip.attention;
  if (spec.window == 0 || spec.window >= attended(request)) return;
  if (!request.decoder) {
    throw ArgumentError(
        fmt::format("chip {}: attention.window: {} positions, and every token of an encoder sees "
                    "all {}; expected a window of at least that",
                    chip.name, spec.window, request.tokens()));
  }
  if (!spec.truncate) {
    throw ArgumentError(fmt::format(
        "chip {}: attention.window: {} positions, but the network attends to {}; expected at least "
        "that, or attention.truncate: true where another function of the network is meant",
        chip.name, spec.window, attended(request)));
  }
  request.window = spec.window;
}

}  // namespace

Request resolve_on(const ChipSpec& chip, const TransformerSpec& network, const Workload& workload) {
  Request request = resolve(network, workload);
  if (!chip.attention.in_memory()) return request;
  std::string why = make_attention_engine(chip)->refusal(network);
  if (why.empty() && network.n_decoder_layers > 0) {
    why = "two stacks; arrays hold keys and values of one: take attention.kind: digital";
  }
  if (!why.empty()) {
    throw ArgumentError(fmt::format("chip {}: attention.kind: {} cannot take network {}: {}",
                                    chip.name, chip.attention.kind, network.name, why));
  }
  apply_window(chip, request);
  return request;
}

void require_engine(const Mapping& mapping, const Request& request) {
  if (!mapping.chip.attention) return;
  for (const Index vertex : mapping.network.order) {
    if (mapping.network.op(vertex).kind != OpKind::attention_scores) continue;
    const Index held = held_positions(mapping.network, vertex, request);
    const Index fit = buffered_positions(mapping, vertex, request);
    if (held <= fit) continue;
    throw ArgumentError(fmt::format(
        "workload of {}: {} positions of {} sequence{}; the arrays of attention.kind {} hold {} of "
        "each: raise attention.arrays ({} per tile), lower prompt, generate or batch, or take "
        "attention.kind: digital",
        mapping.network.spec.name, held, request.batch, request.batch == 1 ? "" : "s",
        mapping.chip.spec.attention.kind, fit, mapping.chip.spec.attention.arrays));
  }
}

}  // namespace ohm
