// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_work.h"

#include <gtest/gtest.h>

#include "crossbar/cost/mvm_energy.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

using testing::mapped_with;

Index find(const Mapping& m, OpKind kind) {
  for (const Index v : m.network.order) {
    if (m.network.op(v).kind == kind) return v;
  }
  return -1;
}

double joules(const std::vector<ComponentCost>& costs, const std::string& component) {
  double sum = 0.0;
  for (const ComponentCost& part : costs) {
    if (part.component == component) sum += part.cost.energy.si();
  }
  return sum;
}

TEST(EngineWork, DealsPositionsOutToTiles) {
  const auto dealt = dealt_positions({true, 4, 1, 2}, {"prefill", 0, 3}, 3);
  // 1, 2, 3, 4 positions over three tiles: 1 + 2 + 3 + (2, 1, 1)
  EXPECT_EQ(dealt.at(1), 2 * (1 + 2 + 3 + 2));
  EXPECT_EQ(dealt.at(2), 2);
  EXPECT_EQ(dealt.size(), 2u);
}

TEST(EngineWork, AllPositionsOfAllTokensAreDealt) {
  for (const Index window : {0, 5}) {
    const Request request{true, 20, 5, 3, window};
    const Phase phase{"prefill", 3, 19};
    std::int64_t sum = 0;
    for (const auto& [positions, times] : dealt_positions(request, phase, 4)) {
      sum += positions * times;
    }
    EXPECT_EQ(sum, 3 * attended_positions(request, 3, 19));
  }
}

/// Products of a published array cost by the cell: what is counted is every multiplication.
TEST(EngineWork, MultipliesEveryQueryWithEveryKeyItSees) {
  const Mapping m = mapped_with(testing::tiny_gpt(), "attention_gain_cell");
  const Request request{true, 30, 1, 2};
  const Phase phase{"prefill", 0, 29};
  const double pairs = 2 * (30 * 31 / 2), width = 32;
  EXPECT_NEAR(joules(engine_energy(m, find(m, OpKind::attention_scores), request, phase),
                     "attention_array"),
              pairs * width * 17.09e-15, 1e-18);
  EXPECT_NEAR(joules(engine_energy(m, find(m, OpKind::attention_values), request, phase),
                     "attention_array"),
              pairs * width * 10.68e-15, 1e-18);
  EXPECT_NEAR(
      joules(engine_energy(m, find(m, OpKind::attention_scores), request, phase), "kv_write"),
      60 * 64 * 2.578e-12, 1e-18);
  EXPECT_TRUE(engine_energy(m, find(m, OpKind::softmax), request, phase).empty());
}

/// Token t drives, per head, ceil(t / 16) arrays of 8 inputs, the last one in part.
TEST(EngineWork, OfResistiveArraysIsThatOfTheirBlocks) {
  const Mapping m = mapped_with(testing::tiny_gpt(), "attention_rram_kv");
  const Request request{true, 20, 1, 1};
  const auto costs =
      engine_energy(m, find(m, OpKind::attention_scores), request, {"prefill", 0, 19});
  const MacroSpec& macro = m.chip.spec.macro;
  double adc = 0.0;
  for (Index seen = 1; seen <= 20; ++seen) {
    for (Index left = seen; left > 0; left -= 16) {
      const MvmBlock block{8, std::min<Index>(left, 16), 4};
      for (const ComponentCost& part :
           mvm_energy(macro, block, expected_activity(macro, block, assumed_statistics(macro)))) {
        if (part.component == "adc") adc += part.cost.energy.si();
      }
    }
  }
  EXPECT_NEAR(joules(costs, "adc"), adc, 1e-9 * adc);
}

TEST(EngineWork, PartialSumsAreAddedOncePerFurtherArray) {
  const Mapping m = mapped_with(testing::tiny_gpt(), "attention_sram_cim_22nm",
                                {testing::with("attention.rows", "4")});
  const Request request{true, 6, 1, 1};
  const auto costs =
      engine_energy(m, find(m, OpKind::attention_values), request, {"prefill", 0, 5});
  for (const ComponentCost& part : costs) {
    // tokens 5 and 6 see more than 4 positions: one more array for each of 4 heads of 8
    if (part.component != "accumulate") continue;
    EXPECT_EQ(part.cost.count, 2 * 4 * 8);
  }
}

}  // namespace
}  // namespace ohm
