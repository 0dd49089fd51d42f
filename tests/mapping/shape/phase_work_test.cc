// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/phase_work.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(PhaseWork, RunsAreThoseOfEveryTokenOfEverySequence) {
  const Request request{true, 5, 4, 3};
  const RunsOf runs(request);
  EXPECT_EQ(runs[StepTokens::every].sequence, 5);
  EXPECT_EQ(runs[StepTokens::every].prefill, 15);
  EXPECT_EQ(runs[StepTokens::every].decode, 9);
  EXPECT_EQ(runs[StepTokens::generating].prefill, 3);
  EXPECT_EQ(runs[StepTokens::generating].all(), 12);
}

TEST(PhaseWork, AnEncodersTokensAreAPrompt) {
  const RunsOf runs(Request{false, 7, 0, 2});
  EXPECT_EQ(runs[StepTokens::first].all(), 2);
  EXPECT_EQ(runs[StepTokens::not_first].all(), 12);
  EXPECT_EQ(runs[StepTokens::every].decode, 0);
}

TEST(PhaseWork, BusiestIsTheOneWithMostWorkOverAll) {
  BusiestWork busiest;
  busiest.add(ResourceKind::dram, {2, 10, 1});
  busiest.add(ResourceKind::digital, {3, 4, 8});
  EXPECT_EQ(busiest.kind, ResourceKind::digital);
  EXPECT_EQ(busiest.all, 12);
  EXPECT_EQ(busiest.prefill, 10);
  EXPECT_EQ(busiest.decode, 8);
  EXPECT_EQ(busiest.sequence, 3);
}

TEST(PhaseWork, OfSeveralResourcesOneHasAtLeastTheMean) {
  EXPECT_EQ(busiest_of({9, 10, 12}, 3).all(), 7);
  EXPECT_EQ(busiest_of({9, 10, 12}, 1).all(), 22);
}

}  // namespace
}  // namespace ohm
