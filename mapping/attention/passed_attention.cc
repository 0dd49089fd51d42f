// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/passed_attention.h"

#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {

std::vector<PassedAttention> attentions_of(const Network& network, const Request& request) {
  std::vector<PassedAttention> all;
  for (const Request& pass : passes_of(request)) {
    for (const Index vertex : network.order) {
      const bool scores = network.op(vertex).kind == OpKind::attention_scores;
      if (!scores || !is_planned(network, vertex, pass)) continue;
      all.push_back(
          {vertex, held_positions(network, vertex, pass), seen_by(network, vertex, pass).tokens()});
    }
  }
  return all;
}

}  // namespace ohm
