// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/step_builder.h"

#include <gtest/gtest.h>

#include "core/error.h"
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

TEST(StepBuilder, RefusesTimesThatDoNotFit) {
  EXPECT_EQ(picoseconds(Seconds(1e-9), "test"), 1000);
  EXPECT_THROW(picoseconds(Seconds(1e4), "test"), ArgumentError);
  EXPECT_THROW(cycles(1, Hertz(1e-9), "test"), ArgumentError);
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
