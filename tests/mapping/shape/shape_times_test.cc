// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_times.h"

#include <gtest/gtest.h>

#include "mapping/schedule/bounds.h"
#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

/// Bounds from the steps of the plan, and in closed form.
struct TwoBounds {
  Bounds plan;
  ShapeTimes shape;
};

TwoBounds bounds_of(const TransformerSpec& spec, const ChipSpec& chip, const Workload& workload) {
  const testing::BothWays b(spec, chip, workload);
  return {lower_bounds(plan_tokens(b.mapping, b.request), b.request), shape_times(b.shape())};
}

TEST(ShapeTimes, NeverExceedTheBoundsOfThePlan) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_mixtral(),
        testing::tiny_deepseek(), testing::tiny_bert(), testing::tiny_vit()}) {
    for (const Index macros : {2, 7, 100'000}) {
      const TwoBounds b = bounds_of(spec, testing::one_or_many(macros), {});
      EXPECT_LE(b.shape.prompt_path + b.shape.generated_path, b.plan.critical_path);
      EXPECT_LE(b.shape.work.all, b.plan.busiest) << spec.name << macros;
    }
  }
}

TEST(ShapeTimes, OfOneTileAreTheBoundsOfThePlan) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_bert(), testing::tiny_vit(), testing::tiny_llama()}) {
    const TwoBounds b = bounds_of(spec, testing::one_or_many(100'000), {});
    EXPECT_EQ(b.shape.prompt_path + b.shape.generated_path, b.plan.critical_path) << spec.name;
    EXPECT_EQ(b.shape.work.all, b.plan.busiest) << spec.name << b.plan.busiest_resource;
  }
}

TEST(ShapeTimes, OfCopiesAreNoMoreThanThoseOfThePlan) {
  for (const char* purpose : {"throughput", "latency"}) {
    ChipSpec chip = testing::one_or_many(5);
    chip.map.duplication = purpose;
    chip.map.budget = 250.0;
    const TwoBounds b = bounds_of(testing::tiny_gpt(), chip, {12, 5, 3, {}});
    EXPECT_LE(b.shape.prompt_path + b.shape.generated_path, b.plan.critical_path);
    EXPECT_LE(b.shape.work.all, b.plan.busiest);
  }
}

}  // namespace
}  // namespace ohm
