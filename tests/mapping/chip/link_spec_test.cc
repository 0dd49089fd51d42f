// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/link_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

LinkSpec shipped(const std::string& name) {
  return load_spec<LinkSpec>("component", name, {{repository::configs()}, {}});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { parse_spec<LinkSpec>(text, "link.yaml", {}); });
}

TEST(LinkSpec, EveryShippedLinkHasAPositiveEnergyAndItsSource) {
  for (const char* name : {"link_ucie_standard", "link_ucie_advanced", "link_ucie_3d",
                           "link_serdes_pcie5", "link_hypertransport_isaac", "link_nvlink_c2c"}) {
    const LinkSpec link = shipped(name);
    EXPECT_GT(link.energy.si(), 0.0) << name;
    EXPECT_FALSE(link.source.empty()) << name;
  }
}

TEST(LinkSpec, CloserPackagingCostsLessPerBit) {
  EXPECT_LT(shipped("link_ucie_3d").energy, shipped("link_ucie_advanced").energy);
  EXPECT_LT(shipped("link_ucie_advanced").energy, shipped("link_ucie_standard").energy);
  EXPECT_LT(shipped("link_ucie_standard").energy, shipped("link_nvlink_c2c").energy);
  EXPECT_LT(shipped("link_nvlink_c2c").energy, shipped("link_serdes_pcie5").energy);
}

/// Published densities of die edge count both directions (UCIe 1.0: 224 and 1317 GB/s per mm).
TEST(LinkSpec, UcieModulesCarryThePublishedBytesPerDieEdge) {
  const auto both_ways = [](const LinkSpec& link) {
    return 2.0 * link.bandwidth.si() / link.beachfront.si();
  };
  EXPECT_NEAR(both_ways(shipped("link_ucie_standard")), 224e12, 0.1e12);
  EXPECT_NEAR(both_ways(shipped("link_ucie_advanced")), 1317e12, 0.5e12);
}

TEST(LinkSpec, Ucie3dIsAllOfOnePitch) {
  const LinkSpec link = shipped("link_ucie_3d");  // 9 um; 300 TB/s per mm2 at 1 um
  EXPECT_NEAR(link.bandwidth.si(), 300e12 / 81.0 * link.area.si() * 1e6, 0.1e9);
  EXPECT_EQ(link.energy_low.si(), 0.0);
}

TEST(LinkSpec, IsaacsFourLinksAtFullLoadDrawTheirPublishedPower) {
  const LinkSpec link = shipped("link_hypertransport_isaac");
  EXPECT_NEAR(4 * (link.energy * link.bandwidth).si(), 10.4, 0.01);
  EXPECT_NEAR(4 * link.area.si(), 22.88e-6, 1e-12);
}

TEST(LinkSpec, BytesCostEnergyWithARangeAndTime) {
  LinkSpec link;
  link.energy = JoulesPerByte(2e-12);
  link.energy_low = JoulesPerByte(1e-12);
  link.bandwidth = BytesPerSecond(1e9);
  link.latency = Seconds(5e-9);
  const Cost cost = link_cost(link, 1000);
  EXPECT_EQ(cost.count, 1000);
  EXPECT_DOUBLE_EQ(cost.energy.si(), 2e-9);
  EXPECT_DOUBLE_EQ(cost.energy_low.si(), 1e-9);
  EXPECT_DOUBLE_EQ(cost.energy_high.si(), 2e-9);
  EXPECT_DOUBLE_EQ(cost.busy.si(), 1e-6);
  EXPECT_DOUBLE_EQ(transfer_time(link, 1000).si(), 1.005e-6);
  EXPECT_DOUBLE_EQ(transfer_time(link, 0).si(), 5e-9);
  EXPECT_THROW(link_cost(link, -1), ArgumentError);
}

TEST(LinkSpec, RefusesWhatNoLinkCanBe) {
  const std::string good =
      "source: s\nenergy: 1 pJ/bit\nbandwidth: 1 GB/s\nlatency: 1 ns\nbeachfront: 0 m\n";
  EXPECT_EQ(refusal(good), "");
  EXPECT_THAT(refusal(good + "energy_low: 2 pJ/bit\n"), HasSubstr("energy_low"));
  EXPECT_THAT(refusal(good + "energy_high: 0.5 pJ/bit\n"), HasSubstr("energy_high"));
  EXPECT_THAT(refusal("source: s\n"), HasSubstr("energy"));
}

}  // namespace
}  // namespace ohm
