// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/step_builder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec) {
  return map_network(build_network(spec), testing::shipped_chip());
}

TEST(StepBuilder, TakesLanesOrBufferWhicheverIsSlower) {
  const Mapping m = mapped(testing::tiny_gpt());
  const StepBuilder b(m, {true, 4, 4, 1});
  const Picoseconds cycle = cycles(1, m.chip.spec.digital.clock, "test");
  EXPECT_EQ(b.duration({65, 2, 0}, "test"), 4 * cycle);  // two passes over 64 lanes
  EXPECT_EQ(b.duration({1, 1, 1 << 20}, "test"), b.buffer_time(1 << 20, "test"));
  EXPECT_EQ(ceil_divide(0, 7), 0);
  EXPECT_EQ(ceil_divide(14, 7), 2);
}

/// A matrix that is stored twice is two resources, of which a token takes one.
TEST(StepBuilder, StepsOfACopyAreForItsShareOfTheTokens) {
  const Mapping m =
      map_network(build_network(testing::tiny_gpt()),
                  testing::shipped_chip({testing::with("map.duplication", "throughput")}));
  StepBuilder b(m, {true, 4, 4, 1});
  Index most = 0;
  for (const StaticMatmul& matmul : m.network.matmuls) {
    most = std::max(most, m.placement.copies(matmul.id));
  }
  ASSERT_GT(most, 1);
  b.take_turn(1, most);
  EXPECT_EQ(b.step(m.network.order.front(), "test", {}).turn, 1);
  EXPECT_EQ(b.step(m.network.order.front(), "test", {}).turns, most);
  const Index second = b.macros_of(0);
  b.take_turn(0, 1);
  EXPECT_EQ(b.macros_of(0) + 1, second);
}

/// Two of four experts per token: each occupies its macros for half of the tokens.
TEST(StepBuilder, ExpertsAreOccupiedForTheirShareOfTheTokens) {
  const Mapping m = mapped(testing::tiny_mixtral());
  const auto busy = [&](double imbalance) {
    Request request{true, 4, 4, 1};
    request.expert_imbalance = imbalance;
    const TokenPlan plan = plan_tokens(m, request);
    std::vector<Picoseconds> of_experts;
    for (const Step& step : plan.steps) {
      if (step.action != "mvm" || m.network.op(step.vertex).expert < 0) continue;
      of_experts.push_back(step.claims[0].busy);
      EXPECT_GT(step.latency, step.claims[0].busy);
    }
    EXPECT_EQ(of_experts.size(), 2u * 2 * 3);
    return of_experts.front();
  };
  EXPECT_NEAR(static_cast<double>(busy(2.0)), 2.0 * static_cast<double>(busy(1.0)), 2.0);
  EXPECT_EQ(busy(2.0), busy(50.0));
}

/// Σ over the steps of a token of what they occupy on resources of a kind, by vertex.
Picoseconds held(const TokenPlan& plan, ResourceKind kind, const std::vector<Index>& vertices) {
  Picoseconds sum = 0;
  for (const Step& step : plan.steps) {
    if (std::find(vertices.begin(), vertices.end(), step.vertex) == vertices.end()) continue;
    for (const Claim& claim : step.claims) {
      if (plan.resources[static_cast<size_t>(claim.resource)].kind == kind) sum += claim.busy;
    }
  }
  return sum;
}

std::vector<Index> routed(const Network& network) {
  std::vector<Index> vertices;
  for (const Index v : network.order) {
    if (network.op(v).expert >= 0) vertices.push_back(v);
  }
  return vertices;
}

TransformerSpec mixtral_of(Index experts) {
  TransformerSpec spec = testing::tiny_mixtral();
  spec.n_experts = experts;
  return spec;
}

/// However many experts there are to choose from, a token reads two of them from the DRAM.
TEST(StepBuilder, ExpertsInTheDramShareItsBandwidth) {
  const auto fetched = [&](Index experts) {
    const Mapping m = map_network(build_network(mixtral_of(experts)),
                                  testing::shipped_chip({testing::with(
                                      "map.matrices", "[{match: h.*.ffn.expert*, on: digital}]")}));
    return held(plan_tokens(m, {true, 4, 4, 1}), ResourceKind::dram, routed(m.network));
  };
  EXPECT_GT(fetched(2), 0);
  EXPECT_EQ(fetched(4), fetched(2));
  EXPECT_EQ(fetched(8), fetched(2));
}

/// All experts in one array: it reads two of them per token.
TEST(StepBuilder, ExpertsThatShareAnArrayShareItsTime) {
  const auto busy = [&](Index experts) {
    TransformerSpec spec = mixtral_of(experts);
    spec.n_layers = 1;
    spec.expert_d_ff = 2;
    const Mapping m = map_network(
        build_network(spec), testing::shipped_chip({testing::with("map.packing", "edge_blocks")}));
    EXPECT_EQ(m.placement.tiles_used, 1);
    return static_cast<double>(
        held(plan_tokens(m, {true, 4, 4, 1}), ResourceKind::array, routed(m.network)));
  };
  EXPECT_GT(busy(2), 0.0);
  EXPECT_NEAR(busy(4), busy(2), 1e-6 * busy(2));
  EXPECT_NEAR(busy(8), busy(2), 1e-6 * busy(2));
}

}  // namespace
}  // namespace ohm
