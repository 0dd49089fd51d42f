// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/buffer_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "crossbar/cost/memory_cost.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

const Technology k22nm{Metres(22e-9), Volts(0.85), Process::high_performance};

struct Named : BufferSpec {
  std::string name;
};

BufferSpec parsed(const std::string& text) {
  return parse_spec<Named>(text, "buffer.yaml", {});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { parsed(text); });
}

TEST(BufferSpec, GivenFiguresStandAsTheyAre) {
  const BufferSpec spec =
      parsed("capacity: 64 KiB\nenergy: 0.1 pJ/bit\nbandwidth: 64 GB/s\narea: 83000 um2\n");
  EXPECT_DOUBLE_EQ(spec.energy.si(), 0.8e-12);
  EXPECT_EQ(spec.area, SquareMetres(83000e-12));
}

TEST(BufferSpec, GrowsUnlessItIsToldToWait) {
  const std::string figures =
      "capacity: 64 KiB\nenergy: 0.1 pJ/bit\nbandwidth: 64 GB/s\narea: 83000 um2\n";
  EXPECT_EQ(parsed(figures).when_full, "grow");
  EXPECT_EQ(parsed(figures + "when_full: wait\n").when_full, "wait");
  EXPECT_THAT(refusal(figures + "when_full: stop\n"), HasSubstr("when_full"));
}

TEST(BufferSpec, SramDerivesEnergyBandwidthAreaAndLeakage) {
  const BufferSpec spec = parsed("kind: sram\ncapacity: 64 KiB\nwidth: 128\nports: 2\n");
  const MemoryCost cost = sram_cost({Bytes(65536.0), 128, 2}, k22nm);
  EXPECT_DOUBLE_EQ(spec.energy.si(), (cost.read.si() + cost.write.si()) / 2 / 16);
  EXPECT_DOUBLE_EQ(spec.bandwidth.si(), 2 * 16 * 1e9);
  EXPECT_EQ(spec.area, cost.area);
  EXPECT_EQ(spec.leakage, cost.leakage);
  EXPECT_THAT(spec.source, HasSubstr("Horowitz"));
}

TEST(BufferSpec, EdramIsIsaacsScaled) {
  const BufferSpec at32 = parsed("kind: edram\ncapacity: 64 KiB\nnode: 32 nm\nvdd: 0.9 V\n");
  EXPECT_NEAR(at32.energy.si() * 32, 20.45e-12, 1e-20);
  EXPECT_LT(parsed("kind: edram\ncapacity: 64 KiB\n").energy, at32.energy);
}

TEST(BufferSpec, AKindTakesItsOwnKeysOnly) {
  EXPECT_THAT(refusal("kind: sram\ncapacity: 64 KiB\nenergy: 1 pJ/bit\n"), HasSubstr("energy"));
  EXPECT_THAT(refusal("capacity: 64 KiB\n"), HasSubstr("energy"));
  EXPECT_THAT(refusal("kind: dram\ncapacity: 64 KiB\n"), HasSubstr("edram"));
  EXPECT_THAT(refusal("kind: sram\ncapacity: 0 B\n"), HasSubstr("capacity"));
  EXPECT_THAT(refusal("kind: sram\ncapacity: 1 KiB\nnode: 3 nm\n"), HasSubstr("vdd"));
}

TEST(BufferSpec, SurvivesWritingAndReadingBack) {
  Named spec;
  static_cast<BufferSpec&>(spec) = parsed("kind: sram\ncapacity: 32 KiB\nwidth: 512\n");
  const std::string text = to_yaml(resolved(spec, ConfigWriter::Quantities::text));
  EXPECT_EQ(parsed(text).width, 512);
  EXPECT_EQ(parsed(text).capacity, Bytes(32768.0));
}

}  // namespace
}  // namespace ohm
