// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate_steps.h"

#include <gtest/gtest.h>

#include "core/error.h"
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

TEST(EstimateSteps, AMemoryHoldsDigitalWeightsAndKeysTogether) {
  const std::int64_t weights = 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128) + 32 * 50;
  const auto mapped = [&](std::int64_t bytes) {
    return map_network(
        build_network(testing::tiny_gpt()),
        testing::shipped_chip({testing::with("map.matrices", "[{match: '*'}]"),
                               testing::with("buffer.kv_share", "0"),
                               testing::with("dram.capacity", std::to_string(bytes) + " B")}));
  };
  const Mapping enough = mapped(weights + 10 * 128);  // 2 layers x 2 x 32 bytes each
  EXPECT_EQ(enough.weights_in_dram(), weights);
  EXPECT_EQ(kv_capacity(enough), 10);
  EXPECT_NO_THROW(estimate(enough, {5, 6, 1, {}}, 0));
  EXPECT_THROW(estimate(mapped(weights + 10 * 128 - 1), {5, 6, 1, {}}, 0), ArgumentError);
}

TEST(EstimateSteps, ANetworkWithoutArraysUsesNone) {
  const Mapping m =
      map_network(build_network(testing::tiny_gpt()),
                  testing::shipped_chip({testing::with("map.matrices", "[{match: '*'}]")}));
  const Estimate e = estimate(m, {4, 2, 1, {}}, 0);
  EXPECT_EQ(e.spatial_utilisation, 0.0);
  EXPECT_EQ(e.temporal_utilisation, 0.0);
}

}  // namespace
}  // namespace ohm
