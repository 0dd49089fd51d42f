// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/sram_cim.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

AttentionSpec preset() {
  return testing::chip_with("attention_sram_cim_22nm").attention;
}

TEST(SramCim, WiderElementsTakeColumnsAndPasses) {
  const SramCim at_4(preset(), 4, 4), at_8(preset(), 8, 8), at_9(preset(), 9, 9);
  EXPECT_EQ(at_4.array().columns, 64);
  EXPECT_EQ(at_8.array().columns, 32);
  EXPECT_EQ(at_9.array().columns, 21);
  EXPECT_DOUBLE_EQ(at_8.product_time(256, 32).latency.si(), 2 * 9.95e-9);
}

/// 89 TOPS/W at 4 bits x 4 bits, and a quarter of that at 8 bits x 8 bits.
TEST(SramCim, OfFourBitsHasThePublishedEfficiencyAndDensity) {
  const AttentionSpec spec = preset();
  for (const Index bits : {4, 8}) {
    const SramCim engine(spec, bits, bits);
    const MvmBlock block{256, engine.array().columns, 1000};
    double joules = 0.0;
    for (const ComponentCost& part : engine.product_energy(AttentionProduct::scores, block)) {
      joules += part.cost.energy.si();
    }
    const double operations = 2.0 * 256 * static_cast<double>(block.columns) * 1000;
    const double scale = bits == 4 ? 1.0 : 0.25;
    EXPECT_NEAR(operations / joules / 1e12, 89.0 * scale, 0.2 * scale);
    const double rate = operations / 1000 / engine.product_time(256, block.columns).interval.si();
    EXPECT_NEAR(rate / 1e12 / (spec.array_area.si() * 1e6), 16.3 * scale, 0.05 * scale);
  }
}

/// Queries of 8 bits still take two passes: half the columns, not a quarter of the work.
TEST(SramCim, NarrowerKeysTakeFewerColumnsAndAsManyPasses) {
  const SramCim wide(preset(), 8, 8), narrow(preset(), 4, 8), narrower(preset(), 3, 8);
  const auto energy = [](const SramCim& engine) {
    return engine.product_energy(AttentionProduct::scores, {256, 32, 10}).front().cost.energy.si();
  };
  EXPECT_EQ(narrow.array().columns, 2 * wide.array().columns);
  EXPECT_EQ(narrow.product_time(256, 32).latency, wide.product_time(256, 32).latency);
  EXPECT_NEAR(energy(narrow), 0.5 * energy(wide), 1e-12 * energy(wide));
  EXPECT_EQ(energy(narrower), energy(narrow));
}

TEST(SramCim, AKeyIsWrittenRowByRow) {
  const SramCim engine(preset(), 8, 8);
  EXPECT_DOUBLE_EQ(engine.write_time({1024, 1024, 64}).si(), 64e-9);
  EXPECT_DOUBLE_EQ(engine.write_energy(10).front().cost.energy.si(), 20 * 0.22e-12);
}

TEST(SramCim, RefusesElementsWiderThanTheArray) {
  AttentionSpec spec = preset();
  spec.columns = 1;
  EXPECT_EQ(error_text<ConfigError>([&] { SramCim(spec, 8, 8); }),
            "attention.columns: 1 columns of 4 bits; expected at least the 2 that an element of 8 "
            "bits takes");
}

}  // namespace
}  // namespace ohm
