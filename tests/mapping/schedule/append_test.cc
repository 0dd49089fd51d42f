// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/append.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(Append, APassBeginsWhenTheOnesBeforeItHaveEnded) {
  const Request request{true, 3, 1, 1};
  const Schedule one = schedule(testing::chain({5, 20}), request, 1);
  Schedule both;
  append(one, both);
  EXPECT_EQ(both.makespan, one.makespan);
  append(one, both);
  EXPECT_EQ(both.makespan, 2 * one.makespan);
  EXPECT_EQ(both.ttft, one.makespan + one.ttft);
  EXPECT_EQ(both.steps, 2 * one.steps);
  EXPECT_EQ(both.busy[1], 2 * one.busy[1]);
  EXPECT_EQ(both.stalls.at("digital"), 2 * one.stalls.at("digital"));
  EXPECT_EQ(both.bounds.busiest, 2 * one.bounds.busiest);
  ASSERT_EQ(both.events.size(), 2 * one.events.size());
  EXPECT_EQ(both.events.back().end, one.events.back().end + one.makespan);
}

}  // namespace
}  // namespace ohm
