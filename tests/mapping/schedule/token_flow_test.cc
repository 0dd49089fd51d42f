// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/token_flow.h"

#include <gtest/gtest.h>

#include <random>

#include "core/error.h"
#include "mapping/structure/lean_plan.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TokenPlan random_chain(std::mt19937& random, bool growing) {
  std::vector<Picoseconds> times(2 + random() % 6);
  for (Picoseconds& t : times) t = 1 + static_cast<Picoseconds>(random() % 500);
  TokenPlan plan = testing::chain(times);
  for (Step& step : plan.steps) {
    if (growing && random() % 3 == 0) {
      step.growth = {1 + static_cast<Index>(random() % 3), 1 + static_cast<Index>(random() % 90),
                     static_cast<Index>(random() % 5), static_cast<Picoseconds>(random() % 9)};
    }
    step.latency += static_cast<Picoseconds>(random() % 200);
  }
  return plan;
}

Request random_request(std::mt19937& random) {
  return {true, 1 + static_cast<Index>(random() % 9), 1 + static_cast<Index>(random() % 9),
          1 + static_cast<Index>(random() % 5)};
}

TEST(TokenFlow, EqualsEventsWhereNoResourceHasTwoUsers) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 300; ++trial) {
    const TokenPlan plan = random_chain(random, trial % 2 == 0);
    const Request request = random_request(random);
    const Schedule events = schedule(plan, request);
    const FlowTimes flow = flow_tokens({plan}, request);
    EXPECT_TRUE(flow.exact);
    EXPECT_EQ(flow.makespan, events.makespan) << trial;
    EXPECT_EQ(flow.outputs, events.outputs) << trial;
    EXPECT_EQ(flow.critical_path, events.bounds.critical_path) << trial;
  }
}

TEST(TokenFlow, IsNeverLaterThanEventsWhereStepsShareResources) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    TokenPlan plan = random_chain(random, trial % 2 == 0);
    for (Step& step : plan.steps) step.claims[0].resource %= 2;
    const Request request = random_request(random);
    const Schedule events = schedule(plan, request);
    const FlowTimes flow = flow_tokens({plan}, request);
    for (size_t i = 0; i < flow.outputs.size(); ++i) {
      EXPECT_LE(flow.outputs[i], events.outputs[i]) << trial << " output " << i;
    }
    EXPECT_GE(flow.makespan, flow.critical_path);
  }
}

/// Layers of a chain, all alike: the second stands for all that follow.
TEST(TokenFlow, RepeatsALayerInsteadOfPassingThroughItsLike) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 100; ++trial) {
    const TokenPlan layer = random_chain(random, trial % 2 == 0);
    const auto n = std::ssize(layer.steps);
    const auto stacked = [&](Index layers) {
      TokenPlan plan;
      for (Index l = 0; l < layers; ++l) {
        for (Step step : layer.steps) {
          step.claims[0].resource += l * n;
          for (Index& before : step.after) before += l * n;
          if (l > 0 && step.after.empty()) step.after = {l * n - 1};
          plan.steps.push_back(step);
        }
        plan.resources.insert(plan.resources.end(), layer.resources.begin(), layer.resources.end());
      }
      return plan;
    };
    const Request request = random_request(random);
    const TokenPlan two = stacked(2);
    const FlowTimes flow = flow_tokens({two, {{n - 1, 2 * n - 1, 5}}, {}}, request);
    EXPECT_EQ(flow.outputs, schedule(stacked(7), request).outputs) << trial;
  }
}

TEST(TokenFlow, IsNeverLaterThanEventsOnRealPlans) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_deepseek()}) {
    for (const char* macros : {"2", "8", "96"}) {
      const Mapping mapping = map_network(
          build_network(spec), testing::shipped_chip({testing::with("macros_per_tile", macros)}));
      for (const Request& request : {Request{true, 12, 6, 1}, Request{true, 5, 9, 4}}) {
        const TokenPlan plan = plan_tokens(mapping, request), lean = lean_plan(plan);
        const Schedule events = schedule(plan, request);
        const FlowTimes flow = flow_tokens({lean}, request);
        for (size_t i = 0; i < flow.outputs.size(); ++i) {
          EXPECT_LE(flow.outputs[i], events.outputs[i]) << spec.name << macros;
        }
        EXPECT_GT(static_cast<double>(flow.makespan), 0.5 * static_cast<double>(events.makespan));
      }
    }
  }
}

TEST(TokenFlow, RefusesAnEncoder) {
  const TokenPlan plan = testing::chain({1});
  EXPECT_THROW(flow_tokens({plan}, {false, 3, 0, 1}), ArgumentError);
}

}  // namespace
}  // namespace ohm
