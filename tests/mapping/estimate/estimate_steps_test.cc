// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate_steps.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Two of four experts are active: those that stand for two each book the time of both.
TEST(EstimateSteps, MacrosOfAllExpertsWorkAsLongAsTokensNeed) {
  const Mapping m = map_network(build_network(testing::tiny_mixtral()), testing::shipped_chip());
  Schedule s;
  for (const StaticMatmul& matmul : m.network.matmuls) {
    s.resources.push_back({ResourceKind::macros, matmul.id, matmul.name});
    s.busy.push_back(1000);
  }
  s.makespan = 1000;
  const Schedule all = with_all_experts(m, {true, 4, 4, 1}, s);
  for (size_t i = 0; i < all.busy.size(); ++i) {
    EXPECT_EQ(all.busy[i], m.network.matmuls[i].expert >= 0 ? 2000 : 1000);
  }
}

TEST(EstimateSteps, CountsKeysBeyondTheBuffersOfScoresOnly) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()),
                                testing::shipped_chip({testing::with("buffer.kv_share", "0")}));
  std::int64_t bytes = 0;
  for (const Index v : m.network.order) bytes += kv_in_dram(m, v, {true, 7, 1, 2});
  EXPECT_EQ(bytes, 2 * 7 * 128);
}

}  // namespace
}  // namespace ohm
