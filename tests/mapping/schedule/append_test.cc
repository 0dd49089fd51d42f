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
  EXPECT_EQ(both.source.makespan, 0);
  append(one, both);
  EXPECT_EQ(both.makespan, 2 * one.makespan);
  EXPECT_EQ(both.source.makespan, one.makespan);
  EXPECT_EQ(both.source.critical_path, one.bounds.critical_path);
  EXPECT_EQ(both.ttft, one.makespan + one.ttft);
  EXPECT_EQ(both.steps, 2 * one.steps);
  EXPECT_EQ(both.busy[1], 2 * one.busy[1]);
  EXPECT_EQ(both.stalls.at("digital"), 2 * one.stalls.at("digital"));
  EXPECT_EQ(both.bounds.busiest, 2 * one.bounds.busiest);
  ASSERT_EQ(both.events.size(), 2 * one.events.size());
  EXPECT_EQ(both.events.back().end, one.events.back().end + one.makespan);
}

TEST(Append, KeepsTheFullestBuffers) {
  Schedule first, second;
  first.resources = second.resources = {{ResourceKind::dram, 0}};
  first.busy = second.busy = {0};
  first.buffer_peaks = {5, 9};
  second.buffer_peaks = {7, 2};
  append(second, first);
  EXPECT_EQ(first.buffer_peaks, (std::vector<std::int64_t>{7, 9}));
}

}  // namespace
}  // namespace ohm
