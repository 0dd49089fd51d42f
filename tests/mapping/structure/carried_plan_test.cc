// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/carried_plan.h"

#include <gtest/gtest.h>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/lean_plan.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/structure/deep_grid.h"

namespace ohm {
namespace {

using testing::Laid;
using testing::laid;

ChipSpec chip_of(const char* name, bool system) {
  ChipSpec chip = testing::shipped_chip(
      {testing::with("macros_per_tile", "4"), testing::with("mesh", "{columns: 3, rows: 2}")},
      name);
  if (!system) chip.system.clear();
  return chip;
}

TEST(CarriedPlan, OfAllPeriodsIsThatOfAllLayers) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_mixtral(), testing::tiny_deepseek()}) {
    for (const bool system : {false, true}) {
      const Laid on = laid(spec, 14, chip_of("rram_22nm_llm", system));
      const Request request = resolve(spec, {20, 1, 2, {}});
      const CarriedPlan carried =
          carry_on(on.few.mapping, plan_tokens(on.few.mapping, request), on.reduction, 99);
      const TokenPlan all = lean_plan(plan_tokens(on.all.mapping, request));
      EXPECT_TRUE(carried.is_whole()) << spec.name << system;
      EXPECT_GT(carried.carried, 0) << spec.name << system;
      EXPECT_EQ(carried.plan.steps.size(), all.steps.size()) << spec.name << system;
      EXPECT_EQ(schedule(carried.plan, request).outputs, schedule(all, request).outputs)
          << spec.name << system;
    }
  }
}

TEST(CarriedPlan, OfSomePeriodsCountsWhatIsLeft) {
  const Laid on = laid(testing::tiny_llama(), 14, chip_of("rram_22nm_llm", false));
  const Request request = resolve(testing::tiny_llama(), {20, 1, 1, {}});
  const TokenPlan plan = plan_tokens(on.few.mapping, request);
  const CarriedPlan kept = carry_on(on.few.mapping, plan, on.reduction, 0);
  const CarriedPlan more = carry_on(on.few.mapping, plan, on.reduction, 4);
  ASSERT_EQ(kept.runs.size(), 1u);
  EXPECT_EQ(kept.runs[0].ends.size(), 3u);  // of three layers
  EXPECT_EQ(kept.runs[0].left, 11);
  EXPECT_EQ(more.runs[0].ends.size(), 4u);
  EXPECT_EQ(more.runs[0].left, 7);
  EXPECT_EQ(more.carried, 4);
  const Index of_layer = kept.runs[0].ends[0] - kept.runs[0].ends[1];
  EXPECT_EQ(more.runs[0].ends[0], kept.runs[0].ends[0] + 4 * of_layer);
}

/// One run of which `left` periods are left out, and when its last ones ended, the last first.
Picoseconds added(std::vector<std::vector<Picoseconds>> ends, Index left, size_t job, bool& alike) {
  CarriedPlan plan{{}, {{std::vector<Index>(ends.size()), left}}, 0};
  alike = true;
  return left_out(plan, ends, job, alike);
}

TEST(CarriedPlan, WhatPeriodsAddRepeatsOrGoesOnInTheSameRatio) {
  bool alike = true;
  EXPECT_EQ(added({{900}, {600}, {300}}, 5, 0, alike), 1500);
  EXPECT_TRUE(alike);
  EXPECT_EQ(added({{900}, {600}, {500}}, 5, 0, alike), 1500);  // two periods: the last one repeats
  EXPECT_FALSE(alike);
  // 100, 60 and 40 on top of 20: then 30, 25 and 22.5
  const std::vector<std::vector<Picoseconds>> shrinking = {{40, 200}, {20, 160}, {0, 100}, {0, 0}};
  EXPECT_EQ(added(shrinking, 3, 1, alike), 78);
  EXPECT_FALSE(alike);
  // the first token takes 30: then 35, 32.5 and 31.25
  EXPECT_EQ(added({{30, 200}, {0, 160}, {0, 100}, {0, 0}}, 3, 1, alike), 99);
  EXPECT_EQ(added({{0, 200}, {0, 160}, {0, 130}, {0, 0}}, 3, 1, alike), 120);  // no such ratio
  EXPECT_EQ(added({{0, 200}, {0, 160}, {0, 100}, {0, 0}}, 0, 1, alike), 0);
  EXPECT_TRUE(alike);
}

}  // namespace
}  // namespace ohm
