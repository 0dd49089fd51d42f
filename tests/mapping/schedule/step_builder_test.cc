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

}  // namespace
}  // namespace ohm
