// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/phases.h"

#include "mapping/network/attention_shape.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {

std::vector<Phase> phases_of(const Request& request) {
  if (!request.decoder) return {{"encoder", 0, request.prompt - 1}};
  std::vector<Phase> phases{{"prefill", 0, request.prompt - 1}};
  if (request.generate > 1) phases.push_back({"decode", request.prompt, request.tokens() - 1});
  return phases;
}

std::int64_t runs_of(const Network& network, const Operator& op, const Request& request,
                     const Phase& phase) {
  Step step;
  step.tokens = tokens_of(network, op);
  return applications_in_batch(step, request, phase.first, phase.last);
}

std::int64_t attention_macs(const Network& network, Index vertex, const Request& request,
                            const Phase& phase) {
  const OpKind kind = network.op(vertex).kind;
  if (kind != OpKind::attention_scores && kind != OpKind::attention_values) return 0;
  const AttentionShape shape = attention_shape(network.spec);
  const std::int64_t positions =
      attended_positions(seen_by(network, vertex, request), phase.first, phase.last);
  return positions * shape.heads * (kind == OpKind::attention_scores ? shape.key : shape.value);
}

std::int64_t operator_macs(const Mapping& mapping, Index vertex, const Request& request) {
  if (!is_planned(mapping.network, vertex, request)) return 0;
  const Operator& op = mapping.network.op(vertex);
  std::int64_t weights = 0;
  if (op.matmul >= 0) {
    const auto m = static_cast<size_t>(op.matmul);
    if (mapping.partition.size(op.matmul) == 0) weights = op.in_features * op.out_features;
    for (Index b = mapping.partition.first[m]; b < mapping.partition.first[m + 1]; ++b) {
      const Block& block = mapping.partition.blocks[static_cast<size_t>(b)];
      if (block.replica == 0) weights += block.rows * block.columns;
    }
  }
  std::int64_t total = 0;
  for (const Phase& phase : phases_of(request)) {
    total += runs_of(mapping.network, op, request, phase) * weights +
             request.batch * attention_macs(mapping.network, vertex, request, phase);
  }
  return total;
}

std::int64_t macs_of(const Mapping& mapping, const Request& request) {
  std::int64_t total = 0;
  for (const Index vertex : mapping.network.order) total += operator_macs(mapping, vertex, request);
  return total;
}

}  // namespace ohm
