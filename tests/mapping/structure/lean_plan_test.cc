// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/lean_plan.h"

#include <gtest/gtest.h>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Index claims_of(const TokenPlan& plan) {
  Index n = 0;
  for (const Step& step : plan.steps) n += std::ssize(step.claims);
  return n;
}

void expect_same_schedule(const TransformerSpec& spec, const std::string& macros_per_tile,
                          const Workload& workload) {
  const Mapping mapping =
      map_network(build_network(spec),
                  testing::shipped_chip({testing::with("macros_per_tile", macros_per_tile)}));
  for (const Request& pass : passes_of(resolve(spec, workload))) {
    const TokenPlan full = plan_tokens(mapping, pass), lean = lean_plan(full);
    EXPECT_LE(claims_of(lean), claims_of(full));
    std::vector<Index> all;
    for (Index k = 0; k < std::ssize(full.steps); ++k) all.push_back(k);
    const Schedule a = schedule(full, pass, 0, all), b = schedule(lean, pass, 0, all);
    EXPECT_EQ(a.makespan, b.makespan) << spec.name;
    EXPECT_EQ(a.outputs, b.outputs) << spec.name;
    EXPECT_EQ(a.watched, b.watched) << spec.name;
  }
}

TEST(LeanPlan, HasTheSameScheduleWithFewerClaims) {
  for (const char* macros : {"2", "4", "8", "96"}) {
    for (const Index batch : {1, 3}) {
      expect_same_schedule(testing::tiny_gpt(), macros, {12, 6, batch, {}});
      expect_same_schedule(testing::tiny_llama(), macros, {12, 6, batch, {}});
      expect_same_schedule(testing::tiny_deepseek(), macros, {12, 6, batch, {}});
      expect_same_schedule(testing::tiny_t5(), macros, {9, 6, batch, {}});
      expect_same_schedule(testing::tiny_bert(), macros, {20, {}, batch, {}});
      expect_same_schedule(testing::tiny_vit(), macros, {{}, {}, batch, {}});
    }
  }
}

TEST(LeanPlan, LeavesOutHalfOfTheClaimsOfALargeNetwork) {
  const Mapping mapping =
      map_network(build_network(testing::shipped_network("gpt2-small")), testing::shipped_chip());
  const TokenPlan full = plan_tokens(mapping, {true, 64, 8, 1});
  EXPECT_LT(2 * claims_of(lean_plan(full)), claims_of(full));
}

/// Layers whose keys lie beside several chips, in shares of their own.
TEST(LeanPlan, HasTheSameScheduleWhereLayersShareMemories) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 5;
  const ChipSpec chip = testing::shipped_chip(
      {testing::with("mesh", "{columns: 2, rows: 2}"), testing::with("macros_per_tile", "1"),
       testing::with("map.placement", "snake"), testing::with("map.attention_tiles", "5"),
       testing::with("buffer.kv_share", "0"), testing::with("dram.bandwidth", "100 MB/s"),
       testing::with("system", "[{link: link_ucie_standard}]")});
  const Mapping mapping = map_network(build_network(spec), chip);
  const Request request{true, 9, 5, 3};
  const TokenPlan full = plan_tokens(mapping, request), lean = lean_plan(full);
  Index in_shares = 0;
  for (const Step& step : full.steps) {
    for (const Claim& claim : step.claims) {
      if (claim.per_position >= 0 && claim.per_position < step.growth.per_position) ++in_shares;
    }
  }
  EXPECT_GT(in_shares, 5);
  EXPECT_LT(claims_of(lean), claims_of(full));
  EXPECT_EQ(schedule(full, request).outputs, schedule(lean, request).outputs);
}

TEST(LeanPlan, KeepsTheLongestHeldOfResourcesWithOneUser) {
  TokenPlan plan = testing::chain({5});
  plan.resources.resize(3, plan.resources.front());
  plan.steps[0].claims = {{0, 0, 5}, {1, 0, 9}, {2, 0, 9}};
  plan.steps[0].latency = 9;
  const TokenPlan lean = lean_plan(plan);
  ASSERT_EQ(lean.steps[0].claims.size(), 1u);
  EXPECT_EQ(lean.steps[0].claims[0].busy, 9);
}

}  // namespace
}  // namespace ohm
