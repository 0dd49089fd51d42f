// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/bound_buffers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "core/error.h"
#include "mapping/schedule/deposits.h"
#include "mapping/schedule/plan_tokens.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/schedule/space_oracle.h"

namespace ohm {
namespace {

using Overrides = std::vector<Override>;

Mapping mapped(const TransformerSpec& spec, Overrides overrides, const std::string& full = "wait") {
  overrides.push_back(testing::with("mesh.columns", "5"));
  overrides.push_back(testing::with("mesh.rows", "5"));
  overrides.push_back(testing::with("buffer.when_full", full));
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

std::string bytes(Index n) {
  return std::to_string(n) + " B";
}

Index count(const TokenPlan& plan, const std::string& action) {
  return std::count_if(plan.steps.begin(), plan.steps.end(),
                       [&](const Step& step) { return step.action == action; });
}

TEST(BoundBuffers, LeaveAPlanWithoutSpaceAsItWas) {
  const TokenPlan plan = plan_tokens(mapped(testing::tiny_bert(), {}, "grow"), {false, 8, 0, 1});
  EXPECT_TRUE(plan.space.empty());
  EXPECT_EQ(count(plan, "spill"), 0);
}

/// So much room that nothing waits and all of it is kept: the times of unbounded buffers.
TEST(BoundBuffers, OfEndlessSizeChangeNothing) {
  using Make = std::function<TransformerSpec()>;
  for (const Make& make : {Make(testing::tiny_gpt), Make(testing::tiny_mixtral),
                           Make(testing::tiny_bert), Make(testing::tiny_vit)}) {
    const TransformerSpec spec = make();
    const Request request = spec.is_decoder() ? Request{true, 9, 4, 3} : Request{false, 17, 0, 2};
    const Overrides large{testing::with("buffer.capacity", "1 GB")};
    const Schedule endless = schedule(plan_tokens(mapped(spec, large), request), request, 1000);
    const Schedule free =
        schedule(plan_tokens(mapped(spec, large, "grow"), request), request, 1000);
    EXPECT_EQ(endless.makespan, free.makespan);
    EXPECT_EQ(endless.outputs, free.outputs);
    EXPECT_EQ(endless.busy, free.busy);
    EXPECT_EQ(endless.stalls, free.stalls);
    ASSERT_EQ(endless.events.size(), free.events.size());
    for (size_t i = 0; i < free.events.size(); ++i) {
      EXPECT_EQ(endless.events[i].start, free.events[i].start);
    }
  }
}

/// Half of what is left holds what waits; the rest goes away and back, over the DRAM's bandwidth.
TEST(BoundBuffers, SendWhatWaitsAtBarriersAwayWhereItDoesNotFit) {
  const Request request{false, 40, 0, 1};
  const Mapping small = mapped(testing::tiny_bert(), {testing::with("buffer.capacity", "4 KiB")});
  const TokenPlan plan = plan_tokens(small, request);
  EXPECT_GT(count(plan, "spill"), 0);
  EXPECT_GE(count(plan, "restore"), count(plan, "spill"));
  EXPECT_NO_THROW(deposits_of(plan));
  std::int64_t spilled = 0;
  for (const Step& step : plan.steps) {
    if (step.action == "restore") spilled += step.spilled;
  }
  EXPECT_GT(spilled, 0);
  const Schedule s = testing::replayable(plan, request);
  testing::SpaceOracle(plan, request, s);
  const Mapping large = mapped(testing::tiny_bert(), {testing::with("buffer.capacity", "1 MB")});
  EXPECT_EQ(count(plan_tokens(large, request), "spill"), 0);
  EXPECT_GT(s.makespan, schedule(plan_tokens(large, request), request).makespan);
}

TEST(BoundBuffers, RefuseATileThatCannotHoldAFlit) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("buffer.capacity", "16 B"),
                                                 testing::with("buffer.kv_share", "0")});
  EXPECT_THAT(error_text<ConfigError>([&] {
                (void)plan_tokens(m, {true, 4, 1, 1});
              }),
              ::testing::HasSubstr("has 16 B of its buffer left beside keys and values"));
}

/// Chips and networks at random: none gets stuck, none takes more than there is.
TEST(BoundBuffers, OfRandomChipsAndNetworksNeverGetStuck) {
  const std::vector<std::function<TransformerSpec()>> networks{
      testing::tiny_gpt,      testing::tiny_llama, testing::tiny_mixtral,
      testing::tiny_deepseek, testing::tiny_bert,  testing::tiny_vit};
  const std::vector<std::string> overlaps{"tokens", "turns", "blocks"};
  std::mt19937 random(23);
  const auto below = [&](size_t n) { return static_cast<Index>(random() % n); };
  int waited = 0;
  for (int trial = 0; trial < 120; ++trial) {
    TransformerSpec spec = networks[static_cast<size_t>(below(networks.size()))]();
    spec.n_layers = spec.dense_layers > 0 ? 3 : 1 + below(3);
    Overrides overrides{testing::with("buffer.capacity", bytes(200 + 100 * below(100))),
                        testing::with("buffer.kv_share", below(2) == 0 ? "0" : "0.5"),
                        testing::with("macros_per_tile", std::to_string(12 * (1 + below(4)))),
                        testing::with("map.duplication", below(3) == 0 ? "throughput" : "none")};
    if (!spec.is_decoder()) {
      overrides.push_back(testing::with("attention.overlap", overlaps[random() % 3]));
      overrides.push_back(testing::with("attention.block", "5"));
    }
    const Mapping m = mapped(spec, overrides);
    const Request request = spec.is_decoder()
                                ? Request{true, 1 + below(9), 1 + below(4), 1 + below(4)}
                                : Request{false, 17, 0, 1 + below(2)};
    TokenPlan plan = plan_tokens(m, request);
    const Schedule s = testing::replayable(plan, request);
    testing::SpaceOracle(plan, request, s);
    EXPECT_GE(s.makespan, s.bounds.lower());
    waited += s.stalls.contains("buffer") ? 1 : 0;
    ASSERT_FALSE(::testing::Test::HasFailure()) << spec.name << " in trial " << trial;
  }
  EXPECT_GT(waited, 30);
}

}  // namespace
}  // namespace ohm
