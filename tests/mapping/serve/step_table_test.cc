// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/step_table.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

/// prefill: 10 b p; decode after p tokens: 100 + 7 p + 50 b.
StepGrid grid() {
  StepGrid g;
  g.batches = {1, 4, 8};
  g.positions = {10, 100};
  for (const Index b : g.batches) {
    for (const Index p : g.positions) {
      g.prefill.push_back({10 * b * p, Joules(double(b))});
      g.decode.push_back({100 + 7 * p + 50 * b, Joules(double(p))});
    }
  }
  g.kv_capacity = 5;
  return g;
}

TEST(StepTable, IsExactWhereTheMachineIsLinear) {
  const StepTable table(grid());
  for (const Index b : {1, 2, 4, 6, 8, 9}) {
    for (const Index p : {1, 10, 55, 100, 130}) {
      const std::vector<Index> tokens(static_cast<size_t>(b), p);
      EXPECT_EQ(table.prefill(tokens).time, 10 * b * p);
      EXPECT_EQ(table.decode(tokens).time, 100 + 7 * (p - 1) + 50 * b);
      EXPECT_NEAR(table.decode(tokens).energy.si(), double(p) - 1.0, 1e-9);
    }
  }
  EXPECT_EQ(table.kv_capacity(), 5);
}

TEST(StepTable, TakesUnequalSequencesAtTheirMean) {
  const StepTable table(grid());
  const std::vector<Index> unequal{10, 90}, equal{50, 50};
  EXPECT_EQ(table.decode(unequal).time, table.decode(equal).time);
}

TEST(StepTable, OfOnePointIsConstant) {
  StepGrid one{{2}, {3}, {{7, Joules(1.0)}}, {{5, Joules(1.0)}}, 1, Watts(0.0)};
  const StepTable table(one);
  EXPECT_EQ(table.decode(std::vector<Index>{9, 9, 9}).time, 5);
}

TEST(StepTable, RefusesAGridThatIsNotOne) {
  StepGrid g = grid();
  g.positions = {100, 10};
  EXPECT_THROW(StepTable{g}, ArgumentError);
  g = grid();
  g.batches.clear();
  EXPECT_THROW(StepTable{g}, ArgumentError);
  g = grid();
  g.decode.pop_back();
  EXPECT_THROW(StepTable{g}, ArgumentError);
}

}  // namespace
}  // namespace ohm
