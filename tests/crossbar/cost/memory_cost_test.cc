// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/memory_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

const Technology k45nm{Metres(45e-9), Volts(0.9), Process::high_performance};
const Technology k32nm{Metres(32e-9), Volts(0.9), Process::high_performance};
const Technology k22nm{Metres(22e-9), Volts(0.85), Process::high_performance};
constexpr double kKiB = 1024.0;

MemoryCost sram(double kib, const Technology& at = k45nm, Index width = 64, Index ports = 1) {
  return sram_cost({Bytes(kib * kKiB), width, ports}, at);
}

TEST(SramCost, ReproducesTheAnchorsOfHorowitz) {
  EXPECT_NEAR(sram(8).read.si(), 10e-12, 1e-18);
  EXPECT_NEAR(sram(1024).read.si(), 100e-12, 1e-17);
  EXPECT_NEAR(sram(32).read.si(), 20e-12, 0.1 * 20e-12);  // not fitted
}

TEST(SramCost, GrowsWithCapacityWidthAndPorts) {
  for (double kib = 1; kib < 4096; kib *= 2) {
    EXPECT_LT(sram(kib).read, sram(2 * kib).read);
    EXPECT_LT(sram(kib).area, sram(2 * kib).area);
    EXPECT_LT(sram(kib).leakage, sram(2 * kib).leakage);
  }
  EXPECT_DOUBLE_EQ(sram(64, k45nm, 128).read.si(), 2 * sram(64).read.si());
  EXPECT_LT(sram(64).read, sram(64, k45nm, 64, 2).read);
  EXPECT_NEAR(sram(64, k45nm, 64, 2).area / sram(64).area, 1.96, 1e-12);
  EXPECT_DOUBLE_EQ(sram(64).write / sram(64).read, 1.15);
}

TEST(SramCost, ScalesEnergyAsLogicAndAreaWithTheCellOfTheNode) {
  EXPECT_NEAR(sram(64, k22nm).read / sram(64).read, energy_scale(k45nm, k22nm), 1e-12);
  EXPECT_NEAR(sram(64, k22nm).area.si(), 64 * kKiB * 8 * 0.092e-12 / 0.6, 1e-15);
  EXPECT_THAT(sram(64, k22nm).source, testing::HasSubstr("45 nm 0.90 V -> 22 nm 0.85 V"));
  const double nodes[] = {180, 130, 90, 65, 45, 40, 32, 28, 22, 20, 16, 14, 12, 10, 7};
  for (size_t i = 1; i < std::size(nodes); ++i) {
    const auto area = [](double nm) {
      const double v = nm > 100 ? 1.4 : nm > 50 ? 1.1 : nm > 30 ? 0.9 : 0.75;
      return sram(64, {Metres(nm * 1e-9), Volts(v), Process::high_performance}).area;
    };
    EXPECT_LT(area(nodes[i]), area(nodes[i - 1])) << nodes[i];
  }
}

TEST(EdramCost, ReproducesIsaacsBuffer) {
  const MemoryCost cost = edram_cost({Bytes(64 * kKiB), 256, 1}, k32nm);
  EXPECT_NEAR(cost.read.si(), 20.45e-12, 1e-20);
  EXPECT_NEAR(cost.area.si(), 83000e-12, 1e-18);
  EXPECT_EQ(cost.write, cost.read);
  EXPECT_LT(edram_cost({Bytes(64 * kKiB), 256, 1}, k22nm).read, cost.read);
  EXPECT_LT(edram_cost({Bytes(32 * kKiB), 256, 1}, k32nm).read, cost.read);
  EXPECT_NEAR(edram_cost({Bytes(128 * kKiB), 256, 1}, k32nm).area / cost.area, 2.0, 1e-12);
}

TEST(EdramCost, IsDenserThanSramOfTheSameNode) {
  EXPECT_LT(edram_cost({Bytes(64 * kKiB), 64, 1}, k32nm).area, sram(64, k32nm).area);
}

TEST(SramCost, RefusesWhatIsNoMemory) {
  EXPECT_THROW(sram_cost({Bytes(0.0), 64, 1}, k45nm), ArgumentError);
  EXPECT_THROW(sram_cost({Bytes(1024.0), 0, 1}, k45nm), ArgumentError);
  EXPECT_THROW(edram_cost({Bytes(1024.0), 64, 0}, k45nm), ArgumentError);
  EXPECT_THROW(sram_cost({Bytes(1024.0), 64, 1}, {Metres(3e-9), Volts(0.7)}), ArgumentError);
  EXPECT_GT(sram(1.0 / 8192).read.si(), 0.0);  // one bit
}

}  // namespace
}  // namespace ohm
