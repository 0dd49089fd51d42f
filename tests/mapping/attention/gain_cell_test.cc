// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/gain_cell.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

AttentionSpec preset() {
  return testing::chip_with("attention_gain_cell").attention;
}

double joules_of(const std::vector<ComponentCost>& parts) {
  double sum = 0.0;
  for (const ComponentCost& part : parts) sum += part.cost.energy.si();
  return sum;
}

/// Leroux et al. 2025, Fig. 5: 1,120 + 700 + 330 pJ and 4 nJ; 65 ns; 0.5 mm2.
TEST(GainCell, OfOneHeadAndWindowHasThePublishedFigures) {
  const GainCell engine(preset());
  const MvmBlock window{64, 64, 16};
  EXPECT_NEAR(joules_of(engine.product_energy(AttentionProduct::scores, window)), 1120e-12 + 2e-9,
              1e-12);
  EXPECT_NEAR(joules_of(engine.product_energy(AttentionProduct::values, window)), 700e-12 + 2e-9,
              1e-12);
  EXPECT_NEAR(joules_of(engine.write_energy(128)), 330e-12, 1e-12);
  EXPECT_DOUBLE_EQ(2 * engine.product_time(64, 64).latency.si(), 65e-9);
  EXPECT_DOUBLE_EQ(32 * engine.area().area.si(), 0.5e-6);
}

TEST(GainCell, RefreshingTakesPowerAndTime) {
  AttentionSpec spec = preset();
  spec.refresh = "rewrite";
  spec.retention = Seconds(64e-6);  // 64 vectors of 10 ns are 1 %
  const GainCell engine(spec);
  EXPECT_NEAR(engine.product_time(64, 64).latency.si(), 32.5e-9 / 0.99, 1e-15);
  EXPECT_NEAR(engine.leakage().si(), 64 * 64 * 2.578e-12 / 64e-6, 1e-12);
  spec.retention = Seconds(0.6e-6);
  EXPECT_NE(error_text<ConfigError>([&] { GainCell{spec}; }).find("retention"), std::string::npos);
}

TEST(GainCell, RefusesKeysLongerThanAnArray) {
  const GainCell engine(preset());
  EXPECT_EQ(engine.refusal(testing::shipped_network("gpt2-small")), "");
  EXPECT_NE(engine.refusal(testing::shipped_network("llama-3-8b")).find("128 elements"),
            std::string::npos);
}

TEST(GainCell, RefusesWhatIsDoneToScores) {
  const GainCell engine(preset());
  TransformerSpec spec = testing::tiny_llama();
  spec.score_cap = 50;
  EXPECT_NE(engine.refusal(spec).find("capped"), std::string::npos);
  spec.score_cap = 0;
  EXPECT_EQ(engine.refusal(spec), "");
  for (const char* positions : {"alibi", "relative"}) {
    spec.positions = positions;
    EXPECT_NE(engine.refusal(spec).find("bias by distance"), std::string::npos);
  }
}

}  // namespace
}  // namespace ohm
