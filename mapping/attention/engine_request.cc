// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "mapping/attention/engine_share.h"
#include "mapping/attention/passed_attention.h"
#include "mapping/schedule/plan_attention.h"

namespace ohm {
namespace {

/// Positions that the last token of the network's own attention sees.
Index attended(const Request& request) {
  return request.window == 0 ? request.tokens() : std::min(request.window, request.tokens());
}

void apply_window(const ChipSpec& chip, Request& request) {
  const AttentionSpec& spec = chip.attention;
  if (spec.window == 0) return;
  const Index of_encoder = request.decoder ? request.source : request.tokens();
  if (spec.window < of_encoder) {
    throw ArgumentError(
        fmt::format("chip {}: attention.window: {} positions, and every token of an encoder sees "
                    "all {}; expected a window of at least that",
                    chip.name, spec.window, of_encoder));
  }
  if (spec.window >= attended(request)) return;
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
  const std::string why = make_attention_engine(chip)->refusal(network);
  if (!why.empty()) {
    throw ArgumentError(fmt::format("chip {}: attention.kind: {} cannot take network {}: {}",
                                    chip.name, chip.attention.kind, network.name, why));
  }
  apply_window(chip, request);
  return request;
}

void require_engine(const Mapping& mapping, const Request& request) {
  if (!mapping.chip.attention) return;
  std::map<int, Index> held;  // by layer: of a second stack its own positions and the source's
  for (const PassedAttention& each : attentions_of(mapping.network, request)) {
    held[mapping.network.op(each.scores).layer] += each.held;
  }
  for (const auto& [layer, positions] : held) {
    const Index fit = buffered_positions(mapping, layer, request.batch);
    if (positions <= fit) continue;
    throw ArgumentError(fmt::format(
        "workload of {}: {} positions{} of {} sequence{}; the arrays of attention.kind {} hold {} "
        "of each: raise attention.arrays ({} per tile), lower prompt, generate or batch, or take "
        "attention.kind: digital",
        mapping.network.spec.name, positions,
        request.source > 0 ? fmt::format(" ({} of the source)", request.source) : "", request.batch,
        request.batch == 1 ? "" : "s", mapping.chip.spec.attention.kind, fit,
        mapping.chip.spec.attention.arrays));
  }
}

}  // namespace ohm
