// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/power_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

Mapping mapped(const std::vector<Override>& overrides = {}) {
  return map_network(build_network(testing::tiny_gpt()), testing::shipped_chip(overrides));
}

double sum(const std::vector<double>& watts) {
  return std::accumulate(watts.begin(), watts.end(), 0.0);
}

Cost joules(double j) {
  return energy_of(1, Joules(j), "test");
}

TEST(PowerMap, DealsOutEveryJoule) {
  const Mapping mapping = mapped();
  Ledger ledger;
  ledger.book({"adc", "h.0.attn.qkv", 0, "prefill"}, joules(1.0));
  ledger.book({"softmax", "h.1.attn.softmax", 1, "decode"}, joules(2.0));
  ledger.book({"norm", "h.0.ln_1", 0, "decode"}, joules(4.0));
  ledger.book({"links", "", -1, "static"}, joules(8.0));
  ledger.book({"leakage", "", -1, "static"}, joules(16.0));
  ledger.book({"dram", "embedding", -1, "prefill"}, joules(32.0));
  const PowerMap map = power_map(mapping, ledger, Seconds(2.0));
  EXPECT_NEAR(sum(map.fixed), 7.5, 1e-12);
  EXPECT_NEAR(sum(map.leakage), 8.0, 1e-12);
  EXPECT_NEAR(map.outside.si(), 16.0, 1e-12);
}

TEST(PowerMap, HeatsTheTilesOfAMatrixByTheirBlocks) {
  const Mapping mapping = mapped({with("macros_per_tile", "2"), with("core.macros", "1")});
  const auto big = std::find_if(mapping.placement.sites.begin(), mapping.placement.sites.end(),
                                [](const MatmulSite& s) { return s.tiles.size() > 1; });
  ASSERT_NE(big, mapping.placement.sites.end());
  const auto m = static_cast<size_t>(big - mapping.placement.sites.begin());
  Ledger ledger;
  ledger.book({"adc", mapping.network.matmuls[m].name, 0, "prefill"}, joules(1.0));
  const PowerMap map = power_map(mapping, ledger, Seconds(1.0));
  const auto blocks = static_cast<double>(mapping.partition.size(static_cast<Index>(m)));
  for (size_t i = 0; i < big->tiles.size(); ++i) {
    EXPECT_NEAR(map.fixed[static_cast<size_t>(big->tiles[i])],
                static_cast<double>(big->blocks[i]) / blocks, 1e-12);
  }
  EXPECT_NEAR(sum(map.fixed), 1.0, 1e-12);
}

TEST(PowerMap, LeaksInPoweredTilesOnly) {
  Ledger ledger;
  ledger.book({"leakage", "", -1, "static"}, joules(6.0));
  const Mapping used = mapped(), all = mapped({with("gating", "none")});
  const PowerMap gated = power_map(used, ledger, Seconds(1.0));
  const Index tiles =
      std::count_if(gated.leakage.begin(), gated.leakage.end(), [](double w) { return w > 0.0; });
  EXPECT_EQ(tiles, used.placement.tiles_used);
  const PowerMap open = power_map(all, ledger, Seconds(1.0));
  for (const double watt : open.leakage) {
    EXPECT_NEAR(watt, 6.0 / static_cast<double>(open.leakage.size()), 1e-12);
  }
}

TEST(PowerMap, RefusesARequestThatTakesNoTime) {
  EXPECT_THROW(power_map(mapped(), Ledger(), Seconds(0.0)), ArgumentError);
  EXPECT_THROW(power_map(mapped(), Ledger(), Seconds(NAN)), ArgumentError);
}

TEST(PowerMap, CallsStaticPowerThatGrowsLeakage) {
  EXPECT_TRUE(is_leakage({"leakage", "", -1, "static"}));
  EXPECT_TRUE(is_leakage({"leakage_gated", "", -1, "static"}));
  EXPECT_FALSE(is_leakage({"adc", "", -1, "static"}));
  EXPECT_FALSE(is_leakage({"leakage", "op", 0, "decode"}));
}

TEST(PowerMap, HeatsAllCopiesOfAMatrix) {
  const Mapping mapping = mapped({with("macros_per_tile", "2"), with("core.macros", "1"),
                                  with("map", "{duplication: throughput, budget: 100}")});
  const auto& further = mapping.placement.further;
  const auto copied = std::find_if(further.begin(), further.end(),
                                   [](const auto& copies) { return !copies.empty(); });
  ASSERT_NE(copied, further.end());
  const auto m = static_cast<size_t>(copied - further.begin());
  Ledger ledger;
  ledger.book({"adc", mapping.network.matmuls[m].name, 0, "prefill"}, joules(1.0));
  const PowerMap map = power_map(mapping, ledger, Seconds(1.0));
  const Index copies = 1 + std::ssize(*copied);
  double last = 0.0;
  for (const Index tile : copied->back().tiles) last += map.fixed[static_cast<size_t>(tile)];
  EXPECT_GE(last, 1.0 / static_cast<double>(copies) - 1e-9);
  EXPECT_NEAR(sum(map.fixed), 1.0, 1e-12);
}

TEST(PowerMap, HeatsAllExpertsOfAGroup) {
  const Mapping mapping =
      map_network(build_network(testing::tiny_mixtral()),
                  testing::shipped_chip({with("macros_per_tile", "1"), with("core.macros", "1")}));
  Ledger ledger;  // expert 1 stands for 0 and 1
  ledger.book({"adc", "h.0.ffn.expert1.up", 0, "prefill"}, joules(1.0));
  const PowerMap map = power_map(mapping, ledger, Seconds(1.0));
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    if (matmul.layer != 0 || matmul.part != "ffn_up" || !matmul.routed()) continue;
    double here = 0.0;
    for (const Index tile : mapping.placement.sites[static_cast<size_t>(matmul.id)].tiles) {
      here += map.fixed[static_cast<size_t>(tile)];
    }
    EXPECT_NEAR(here, matmul.expert < 2 ? 0.5 : 0.0, 1e-12) << matmul.name;
  }
}

}  // namespace
}  // namespace ohm
