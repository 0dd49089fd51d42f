// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/experts.h"

#include <algorithm>
#include <cmath>

namespace ohm {

Index middle_expert(const TransformerSpec& spec, Index group) {
  return (2 * group + 1) * spec.n_experts / (2 * spec.experts_per_token);
}

Index group_of(const TransformerSpec& spec, Index expert) {
  return expert * spec.experts_per_token / spec.n_experts;
}

bool stands_for_group(const TransformerSpec& spec, Index expert) {
  const Index group = group_of(spec, expert);
  for (const Index near : {group - 1, group, group + 1}) {
    if (near >= 0 && near < spec.experts_per_token && middle_expert(spec, near) == expert) {
      return true;
    }
  }
  return false;
}

double expert_share(const TransformerSpec& spec, double imbalance) {
  if (spec.n_experts == 0) return 1.0;
  const double mean =
      static_cast<double>(spec.experts_per_token) / static_cast<double>(spec.n_experts);
  return std::min(1.0, mean * imbalance);
}

double distinct_experts(const TransformerSpec& spec, double tokens) {
  if (spec.n_experts == 0) return 0.0;
  const auto n = static_cast<double>(spec.n_experts);
  return n * (1.0 - std::pow(1.0 - static_cast<double>(spec.experts_per_token) / n, tokens));
}

bool is_listed(const Network& network, Index vertex) {
  const Index expert = network.op(vertex).expert;
  return expert < 0 || stands_for_group(network.spec, expert);
}

}  // namespace ohm
