// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/step_table.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/serve/constant_machine.h"

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
      const auto decoding = testing::attending_to(tokens);
      EXPECT_EQ(table.decode(decoding).time, 100 + 7 * (p - 1) + 50 * b);
      EXPECT_NEAR(table.decode(decoding).energy.si(), double(p) - 1.0, 1e-9);
    }
  }
  EXPECT_EQ(table.kv_capacity(), 5);
}

/// decode: 100 + 50 b + 7 × source + 3 × outputs.
TEST(StepTable, OfTwoStacksIsLinearInSourceAndAnswer) {
  StepGrid g = grid();
  g.answers = {1, 20};
  g.decode.clear();
  for (const Index b : g.batches) {
    for (const Index p : g.positions) {
      for (const Index a : g.answers) g.decode.push_back({100 + 50 * b + 7 * p + 3 * a, Joules(1)});
    }
  }
  const StepTable table(g);
  EXPECT_EQ(table.start_tokens(), 1);
  EXPECT_EQ(StepTable(grid()).start_tokens(), 0);
  for (const Index b : {1, 2, 8, 9}) {
    for (const Index p : {1, 10, 55, 130}) {
      for (const Index a : {1, 7, 20, 30}) {
        const std::vector<Decoding> equal(static_cast<size_t>(b), Decoding{p, a});
        EXPECT_EQ(table.decode(equal).time, 100 + 50 * b + 7 * p + 3 * a);
      }
    }
  }
  const std::vector<Decoding> unequal{{10, 15}, {50, 5}}, equal{{30, 10}, {30, 10}};
  EXPECT_EQ(table.decode(unequal).time, table.decode(equal).time);
  g.answers = {1};
  EXPECT_THROW(StepTable{g}, ArgumentError);
  g.answers = {20, 1};
  EXPECT_THROW(StepTable{g}, ArgumentError);
}

TEST(StepTable, TakesUnequalSequencesAtTheirMean) {
  const StepTable table(grid());
  const std::vector<Index> unequal{10, 90}, equal{50, 50};
  EXPECT_EQ(table.decode(testing::attending_to(unequal)).time,
            table.decode(testing::attending_to(equal)).time);
}

TEST(StepTable, OfOnePointIsConstant) {
  StepGrid one{{2}, {3}, {{7, Joules(1.0)}}, {{5, Joules(1.0)}}, 1, Watts(0.0)};
  const StepTable table(one);
  EXPECT_EQ(table.decode(testing::attending_to({9, 9, 9})).time, 5);
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
