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

double most_imbalance(const TransformerSpec& spec) {
  return 1.0 / expert_share(spec, 1.0);
}

double distinct_experts(const TransformerSpec& spec, double tokens) {
  if (spec.n_experts == 0) return 0.0;
  const auto n = static_cast<double>(spec.n_experts);
  return n * (1.0 - std::pow(1.0 - static_cast<double>(spec.experts_per_token) / n, tokens));
}

std::vector<Index> alike_in_group(const Network& network, Index vertex) {
  const Operator& op = network.op(vertex);
  if (op.expert < 0) return {vertex};
  const auto same = [&](Index other) {
    return other >= 0 && other < std::ssize(network.order) && network.op(other).layer == op.layer &&
           network.op(other).expert == op.expert;
  };
  Index first = vertex, last = vertex;  // experts follow each other, all of as many operators
  while (same(first - 1)) --first;
  while (same(last + 1)) ++last;
  std::vector<Index> alike;
  for (Index expert = 0; expert < network.spec.n_experts; ++expert) {
    if (group_of(network.spec, expert) != group_of(network.spec, op.expert)) continue;
    alike.push_back(vertex + (expert - op.expert) * (last - first + 1));
  }
  return alike;
}

bool is_listed(const Network& network, Index vertex) {
  const Index expert = network.op(vertex).expert;
  return expert < 0 || stands_for_group(network.spec, expert);
}

}  // namespace ohm
