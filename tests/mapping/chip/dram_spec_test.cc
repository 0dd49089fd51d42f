// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/dram_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

DramSpec shipped(const std::string& name) {
  return load_spec<DramSpec>("component", name, {{repository::configs()}, {}});
}

std::string refusal(const std::string& text) {
  const std::string good = "bandwidth: 8 GB/s\nenergy: 4 pJ/bit\nlatency: 1 ns\ncapacity: 1 GiB\n";
  return error_text<ConfigError>([&] { parse_spec<DramSpec>(good + text, "dram.yaml", {}); });
}

TEST(DramSpec, ShippedMemoriesSustainLessThanTheirInterface) {
  for (const char* name :
       {"dram_hbm2", "dram_hbm2e", "dram_hbm3", "dram_hbm3e", "dram_lpddr5x", "dram_ddr5"}) {
    const DramSpec dram = shipped(name);
    EXPECT_NEAR(dram.bandwidth / dram.peak, 0.85, 0.01) << name;
    EXPECT_NEAR(dram.random * dram.bandwidth / dram.peak, 0.4, 0.01) << name;
    EXPECT_GT(dram.capacity.si(), 0.0) << name;
  }
}

TEST(DramSpec, PeaksAreThoseOfTheStandards) {
  EXPECT_DOUBLE_EQ(shipped("dram_hbm2").peak.si(), 2e9 * 1024 / 8);
  EXPECT_DOUBLE_EQ(shipped("dram_hbm2e").peak.si(), 3.6e9 * 1024 / 8);
  EXPECT_DOUBLE_EQ(shipped("dram_hbm3").peak.si(), 6.4e9 * 1024 / 8);
  EXPECT_DOUBLE_EQ(shipped("dram_hbm3e").peak.si(), 9.2e9 * 1024 / 8);
  EXPECT_DOUBLE_EQ(shipped("dram_lpddr5x").peak.si(), 8.533e9 * 64 / 8);
  EXPECT_DOUBLE_EQ(shipped("dram_ddr5").peak.si(), 4.8e9 * 64 / 8);
}

TEST(DramSpec, BytesCostEnergyWithTheRangeOfTheirSources) {
  const DramSpec dram = shipped("dram_lpddr5x");
  const Cost cost = dram_cost(1000, dram);
  EXPECT_DOUBLE_EQ(cost.energy.si(), 1000 * 8 * 5e-12);
  EXPECT_DOUBLE_EQ(cost.energy_low.si(), 1000 * 8 * 4e-12);
  EXPECT_DOUBLE_EQ(cost.energy_high.si(), 1000 * 8 * 7e-12);
  EXPECT_EQ(dram_cost(1000, shipped("dram_hbm2")).energy_high,
            dram_cost(1000, shipped("dram_hbm2")).energy);
}

TEST(DramSpec, ScatteredPiecesTakeTheirShareAndOneChannel) {
  DramSpec dram;
  dram.bandwidth = BytesPerSecond(8e9);
  dram.latency = Seconds(100e-9);
  dram.random = 0.5;
  dram.channels = 4;
  EXPECT_DOUBLE_EQ(occupation(dram, 800, DramAccess::run).si(), 100e-9);
  EXPECT_DOUBLE_EQ(access_time(dram, 800, DramAccess::run).si(), 200e-9);
  EXPECT_DOUBLE_EQ(occupation(dram, 800, DramAccess::scattered).si(), 200e-9);
  EXPECT_DOUBLE_EQ(access_time(dram, 800, DramAccess::scattered).si(), 100e-9 + 4 * 200e-9);
  EXPECT_DOUBLE_EQ(access_time(dram, 800, DramAccess::scattered, 2).si(), 100e-9 + 2 * 200e-9);
  EXPECT_DOUBLE_EQ(access_time(dram, 800, DramAccess::scattered, 9).si(), 100e-9 + 200e-9);
  dram.random = 1.0;
  dram.channels = 1;
  EXPECT_EQ(access_time(dram, 800, DramAccess::scattered), access_time(dram, 800, DramAccess::run));
}

TEST(DramSpec, BackgroundIsPowerTimesTime) {
  DramSpec dram;
  dram.background = Watts(0.2);
  EXPECT_DOUBLE_EQ(background_cost(dram, Seconds(3.0)).energy.si(), 0.6);
}

TEST(DramSpec, RefusesMoreThanTheInterfaceLessRefresh) {
  EXPECT_EQ(refusal("peak: 10 GB/s\nrefresh: 0.1\n"), "");
  EXPECT_THAT(refusal("peak: 8.5 GB/s\nrefresh: 0.1\n"), HasSubstr("bandwidth"));
  EXPECT_THAT(refusal("energy_low: 5 pJ/bit\n"), HasSubstr("energy_low"));
  EXPECT_THAT(refusal("energy_high: 3 pJ/bit\n"), HasSubstr("energy_high"));
}

}  // namespace
}  // namespace ohm
