// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/experts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TransformerSpec with_experts(Index n, Index active) {
  TransformerSpec spec = testing::tiny_mixtral();
  spec.n_experts = n;
  spec.experts_per_token = active;
  return spec;
}

TEST(Experts, OneStandsForEachGroupOfEqualSize) {
  for (const auto& [n, active] :
       {std::pair<Index, Index>{8, 2}, {256, 8}, {7, 3}, {4, 4}, {5, 1}}) {
    const TransformerSpec spec = with_experts(n, active);
    Index standing = 0;
    for (Index e = 0; e < n; ++e) standing += stands_for_group(spec, e) ? 1 : 0;
    EXPECT_EQ(standing, active) << n;
    for (Index g = 0; g < active; ++g) {
      EXPECT_GE(middle_expert(spec, g) * active, g * n - active);
      EXPECT_LT(middle_expert(spec, g) * active, (g + 1) * n);
    }
  }
  EXPECT_EQ(middle_expert(with_experts(8, 2), 0), 2);
  EXPECT_EQ(middle_expert(with_experts(8, 2), 1), 6);
}

TEST(Experts, ListsAsManyExpertsAsATokenUses) {
  const Network network = build_network(with_experts(8, 2));
  Index routed = 0;
  for (const Index v : network.order) {
    const Index m = network.op(v).matmul;
    if (m < 0 || !is_listed(network, v)) continue;
    routed += network.matmuls[static_cast<size_t>(m)].routed() ? 1 : 0;
  }
  EXPECT_EQ(routed, 2 * 2 * 3);  // layers, experts, matrices
}

TEST(Experts, BusiestTakesItsShareOfTheTokens) {
  EXPECT_DOUBLE_EQ(expert_share(with_experts(8, 2), 1.0), 0.25);
  EXPECT_DOUBLE_EQ(expert_share(with_experts(8, 2), 2.0), 0.5);
  EXPECT_DOUBLE_EQ(expert_share(with_experts(8, 2), 100.0), 1.0);
  EXPECT_DOUBLE_EQ(expert_share(testing::tiny_gpt(), 3.0), 1.0);
  EXPECT_DOUBLE_EQ(most_imbalance(with_experts(256, 8)), 32.0);
  EXPECT_DOUBLE_EQ(most_imbalance(testing::tiny_gpt()), 1.0);
}

/// Every token draws k of n: the chance that none of B tokens draws a given expert is (1 - k/n)^B.
TEST(Experts, TokensTouchMoreAndMoreOfThem) {
  const TransformerSpec spec = with_experts(256, 8);
  EXPECT_DOUBLE_EQ(distinct_experts(spec, 1.0), 8.0);
  EXPECT_NEAR(distinct_experts(spec, 2.0), 8.0 + 8.0 * (1.0 - 8.0 / 256.0), 1e-9);
  EXPECT_NEAR(distinct_experts(spec, 1e5), 256.0, 1e-9);
  EXPECT_EQ(distinct_experts(testing::tiny_gpt(), 5.0), 0.0);
}

/// Siblings do the same for other experts of the group.
TEST(Experts, MembersOfAGroupDoAlike) {
  const TransformerSpec spec = with_experts(8, 2);
  const Network network = build_network(spec);
  for (const Index v : network.order) {
    const Operator& op = network.op(v);
    const std::vector<Index> alike = alike_in_group(network, v);
    ASSERT_EQ(alike.size(), op.expert < 0 ? 1u : 4u);
    for (const Index other : alike) {
      EXPECT_EQ(network.op(other).layer, op.layer);
      if (op.expert < 0) continue;
      const auto part = [&](const std::string& name) { return name.substr(name.rfind('.')); };
      EXPECT_EQ(part(network.op(other).name), part(op.name));
      EXPECT_EQ(group_of(spec, network.op(other).expert), group_of(spec, op.expert));
    }
  }
}

}  // namespace
}  // namespace ohm
