// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/rram_kv.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

using testing::chip_with;
using testing::with;

/// 8.52 pulses of 1.75 V and 1 us, a verify read of 0.5 V and 1 us before each and at the end, at
/// the middle of 1 … 40 uS; 8 cells hold an element.
TEST(RramKv, WritesWithTheDevicesPulses) {
  const RramKv engine(chip_with("attention_rram_kv"));
  const double g = 20.5e-6;
  const double cell = 8.52 * 1.75 * 1.75 * g * 1e-6 + 9.52 * 0.25 * g * 1e-6;
  EXPECT_EQ(engine.cells_per_element(), 8);
  EXPECT_NEAR(engine.write_energy(64).front().cost.energy.si(), 512 * cell, 1e-6 * cell);
  EXPECT_NEAR(engine.write_time({64, 64, 8}).si(), 8.52 * 2e-6 + 1e-6, 1e-12);
  EXPECT_NEAR(engine.wear()->cycles_per_update, 2.9, 1e-12);
  EXPECT_EQ(engine.wear()->endurance.median, 1e6);
}

TEST(RramKv, TheDevicesWritersServeAllTilesOfALayer) {
  const double once = 8.52 * 2e-6 + 1e-6;
  const RramKv shared(chip_with("attention_rram_kv"));
  EXPECT_NEAR(shared.write_time({64, 1024, 8}).si(), 2 * once,
              1e-12);  // 8192 cells, 4096 at a time
  const RramKv own(chip_with("attention_rram_kv", {with("attention.parallel_cells", "128")}));
  EXPECT_NEAR(own.write_time({64, 1024, 8}).si(), 4 * once, 1e-12);
}

TEST(RramKv, PulseByPulseCostsWhatOverwritingTakes) {
  const RramKv engine(
      chip_with("attention_rram_kv", {with("macro.device.programming.method", "write_verify")}));
  EXPECT_GT(engine.update().pulses, 5.0);
  EXPECT_LT(engine.update().pulses, 20.0);
  EXPECT_GT(engine.wear()->cycles_per_update, 0.5);
}

TEST(RramKv, RefusesDigitalMacrosAndWideKeys) {
  EXPECT_NE(
      error_text<ConfigError>([] {
        RramKv(testing::shipped_chip({with("attention", "attention_rram_kv")}, "digital_mac_22nm"));
      }).find("resistive cells"),
      std::string::npos);
  EXPECT_NE(error_text<ConfigError>([] {
              RramKv(chip_with("attention_rram_kv", {with("kv_bits", "16")}));
            }).find("16 bits"),
            std::string::npos);
}

/// Macros of 4-bit weights, which keys of 8 bits do not fit, hold those of 4.
TEST(RramKv, HoldsKeysAsNarrowAsItsWeights) {
  const std::vector<Override> narrow{with("macro.weight.bits", "4"),
                                     with("macro.weight.slice_bits", "[1, 2]")};
  EXPECT_THROW(RramKv(chip_with("attention_rram_kv", narrow)), ConfigError);
  std::vector<Override> both = narrow;
  both.push_back(with("kv_bits", "4"));
  EXPECT_EQ(RramKv(chip_with("attention_rram_kv", both)).cells_per_element(), 4);
  EXPECT_EQ(RramKv(chip_with("attention_rram_kv", {with("kv_bits", "4")})).cells_per_element(), 8);
}

}  // namespace
}  // namespace ohm
