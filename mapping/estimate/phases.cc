// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/phases.h"

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

std::int64_t macs_of(const Mapping& mapping, const Request& request) {
  std::int64_t total = 0;
  for (const Index vertex : mapping.network.order) {
    const Operator& op = mapping.network.op(vertex);
    for (const Phase& phase : phases_of(request)) {
      const std::int64_t runs = runs_of(mapping.network, op, request, phase);
      if (op.kind == OpKind::attention_scores || op.kind == OpKind::attention_values) {
        total += request.batch * attended_positions(request, phase.first, phase.last) *
                 mapping.network.spec.query_width();
      }
      if (op.matmul < 0) continue;
      const auto m = static_cast<size_t>(op.matmul);
      if (mapping.partition.size(op.matmul) == 0) total += runs * op.in_features * op.out_features;
      for (Index b = mapping.partition.first[m]; b < mapping.partition.first[m + 1]; ++b) {
        const Block& block = mapping.partition.blocks[static_cast<size_t>(b)];
        total += runs * block.rows * block.columns;
      }
    }
  }
  return total;
}

}  // namespace ohm
