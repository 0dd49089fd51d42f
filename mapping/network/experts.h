// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/network/network.h"

namespace ohm {

/// Routed experts under a load that is uniform but for one figure.
///
/// The n experts of a layer form k groups of neighbours, k of them being active per token: a token
/// uses one expert of each group, whose members take turns. One member, in the middle of its group,
/// stands for it in plans and costs: steps and energy are those of a token's k experts, and a
/// member works on k / n of the tokens. `imbalance` is the load of the busiest expert over the mean
/// (1: uniform, n / k: one expert per group gets every token).
///
/// The expert in the middle of group `group`.
Index middle_expert(const TransformerSpec& spec, Index group);

/// The group that an expert belongs to.
Index group_of(const TransformerSpec& spec, Index expert);

/// Whether an expert is the middle one of its group.
bool stands_for_group(const TransformerSpec& spec, Index expert);

/// Share of the tokens that the busiest expert works on: at most 1.
double expert_share(const TransformerSpec& spec, double imbalance);

/// Largest load of the busiest expert over the mean, when every token chooses it: n / k; 1 without
/// experts.
double most_imbalance(const TransformerSpec& spec);

/// Expected number of different experts that `tokens` tokens touch when each draws k of n
/// independently: n (1 - (1 - k/n)^tokens).
double distinct_experts(const TransformerSpec& spec, double tokens);

/// Vertices that do for the members of its group what `vertex` does for its expert, itself among
/// them; it alone where it is of no expert.
std::vector<Index> alike_in_group(const Network& network, Index vertex);

/// Whether plans and costs list an operator: all do but those of experts for which another stands.
bool is_listed(const Network& network, Index vertex);

}  // namespace ohm
