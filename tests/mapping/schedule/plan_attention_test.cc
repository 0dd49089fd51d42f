// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/plan_attention.h"

#include <gtest/gtest.h>

#include <map>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

std::map<std::string, int> actions(const TokenPlan& plan) {
  std::map<std::string, int> count;
  for (const Step& step : plan.steps) ++count[step.action];
  return count;
}

TEST(PlanAttention, OfLatentsScattersQueriesRotationsAndTheLatent) {
  const Mapping m = mapped(testing::tiny_deepseek(), {testing::with("macros_per_tile", "4")});
  const TokenPlan plan = plan_tokens(m, {true, 8, 4, 1});
  auto count = actions(plan);
  EXPECT_EQ(count["rope"], 3 * 2);  // of queries and of the key
  EXPECT_EQ(count["store_kv"], 3);
  EXPECT_EQ(kv_bytes_per_position(m), 16 + 4);
  // four heads of 16 + 4 elements in scores, of 16 in values
  for (const Step& step : plan.steps) {
    if (step.action != "scores") continue;
    EXPECT_GT(step.growth.per_position, 0);
    EXPECT_EQ(step.growth.always, 0);
  }
  std::int64_t scattered = 0;
  for (const Transfer& transfer : m.transfers) {
    if (transfer.kind != TransferKind::heads || m.network.op(transfer.vertex).layer != 0) continue;
    for (const std::int64_t bytes : transfer.bytes) scattered += bytes;
  }
  const AttentionSite& site = m.placement.attention[0];
  const Index tiles = std::ssize(site.tiles);
  EXPECT_EQ(scattered, site.tiles_per_head * 4 * (16 + 4) + tiles * (16 + 4));
}

TEST(PlanAttention, OfASecondStackSeesEverySourceTokenAtOnce) {
  const Mapping m = mapped(testing::tiny_t5());
  Request request{true, 1, 5, 1};
  request.source = 20;
  const TokenPlan second = plan_tokens(m, request);
  Index crossing = 0;
  for (const Step& step : second.steps) {
    if (step.growth.always == 0) continue;
    ++crossing;
    EXPECT_EQ(step.growth.always, 20);
    EXPECT_EQ(step.extra(1), step.extra(5));
  }
  EXPECT_EQ(crossing, 3 * 3);  // scores, softmax, values
  EXPECT_EQ(actions(second)["mvm"], 3 * (2 + 2 + 2) + 1);
  auto first = actions(plan_tokens(m, first_stack_of(request)));
  EXPECT_EQ(first["mvm"], 2 * 4 + 3);  // and the keys and values of three layers
  EXPECT_EQ(first["store_kv"], 2 + 3);
}

TEST(PlanAttention, SecondStackKeepsItsOwnTokensFirst) {
  const Mapping m = mapped(testing::tiny_t5());
  Request request{true, 1, 5, 1};
  request.source = 20;
  for (const Index v : m.network.order) {
    if (m.network.op(v).kind != OpKind::attention_scores) continue;
    if (reads_source(m.network, v)) continue;
    const Index all = buffered_positions(m, m.network.op(v).layer, 1);
    const bool cross = is_cross_attention(m.network, v);
    EXPECT_EQ(buffered_positions(m, v, request), cross ? all - 5 : all);
    EXPECT_EQ(held_positions(m.network, v, request), cross ? 20 : 5);
  }
}

}  // namespace
}  // namespace ohm
