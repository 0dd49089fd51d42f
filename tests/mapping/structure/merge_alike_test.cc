// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/merge_alike.h"

#include <gtest/gtest.h>

#include <random>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Index claims_of(const TokenPlan& plan) {
  Index n = 0;
  for (const Step& step : plan.steps) n += std::ssize(step.claims);
  return n;
}

/// Ends of all steps of all tokens are the same.
void expect_same_ends(const TokenPlan& plan, const Request& request) {
  const TokenPlan merged = merge_alike(plan);
  std::vector<Index> all;
  for (Index k = 0; k < std::ssize(plan.steps); ++k) all.push_back(k);
  EXPECT_EQ(schedule(plan, request, 0, all).watched, schedule(merged, request, 0, all).watched);
}

/// Two steps send the same message over two rows that meet in one link.
TokenPlan two_rows() {
  TokenPlan plan;
  plan.resources.resize(5, {ResourceKind::link, 0});
  for (int k = 0; k < 2; ++k) {
    Step step;
    step.hops = true;
    step.latency = 20;
    if (k == 1) step.after = {0};
    step.claims = {
        {0, 0, 6}, {1, 0, 6}, {2, 2, 7, {0}}, {3, 2, 7, {1}}, {4, 4, 9, {2, 3}},
    };
    plan.steps.push_back(step);
  }
  return plan;
}

TEST(MergeAlike, ParallelRowsAreOne) {
  const TokenPlan merged = merge_alike(two_rows());
  EXPECT_EQ(merged.resources.size(), 3u);
  for (const Step& step : merged.steps) {
    ASSERT_EQ(step.claims.size(), 3u);
    EXPECT_EQ(step.claims[1].behind, Leaders{0});
    EXPECT_EQ(step.claims[2].behind, Leaders{1});
  }
  expect_same_ends(two_rows(), {true, 9, 3, 2});
}

TEST(MergeAlike, WhatDiffersInAnyWayStays) {
  TokenPlan longer = two_rows();
  longer.steps[1].claims[1].busy = 5;
  EXPECT_EQ(merge_alike(longer).resources.size(), 5u);  // and so do the links behind it
  TokenPlan later = two_rows();
  later.steps[0].claims[3].offset = 3;
  EXPECT_EQ(merge_alike(later).resources.size(), 4u);
  TokenPlan user = two_rows();
  user.steps.push_back(user.steps[0]);
  user.steps.back().claims = {{3, 0, 4}};
  EXPECT_EQ(merge_alike(user).resources.size(), 4u);
}

TEST(MergeAlike, LinksOnACircleStay) {
  TokenPlan plan = two_rows();
  plan.steps[0].claims = {{0, 0, 5}, {1, 2, 5, {0}}};
  plan.steps[1].claims = {{1, 0, 5}, {0, 2, 5, {0}}};
  EXPECT_EQ(merge_alike(plan).resources.size(), 2u);
  expect_same_ends(plan, {true, 9, 1, 2});
}

TEST(MergeAlike, KeepsTwoClaimsOfOneStepOnOneResource) {
  TokenPlan plan = two_rows();
  plan.steps[0].claims = {{0, 0, 5}, {0, 0, 5}};
  EXPECT_EQ(claims_of(merge_alike(plan)), claims_of(plan));
}

TEST(MergeAlike, LinksBehindDifferentOnesThatAStepTakesTwiceStay) {
  TokenPlan plan = two_rows();
  plan.steps[0].claims = {{0, 0, 5}, {0, 6, 5}, {1, 0, 5}, {1, 6, 5}, {2, 12, 5, {1}},
                          {3, 12, 5, {3}}};
  plan.steps[1].claims = {{1, 0, 50}};
  plan.steps[1].after = {};
  EXPECT_EQ(merge_alike(plan).resources.size(), 4u);
}

TEST(MergeAlike, AMemoryIsNoLink) {
  TokenPlan plan = two_rows();
  plan.resources[1].kind = ResourceKind::dram;
  EXPECT_EQ(merge_alike(plan).resources.size(), 5u);
}

TEST(MergeAlike, NoScheduleTellsThePlansApart) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_deepseek(), testing::tiny_mixtral()}) {
    for (const char* macros : {"1", "4", "8"}) {
      const Mapping mapping = map_network(
          build_network(spec), testing::shipped_chip({testing::with("macros_per_tile", macros)}));
      const Request request = resolve(spec, {12, 4, 2, {}});
      const TokenPlan plan = plan_tokens(mapping, request);
      EXPECT_LT(claims_of(merge_alike(plan)), claims_of(plan)) << spec.name;
      expect_same_ends(plan, request);
    }
  }
}

/// Trees of links with many twins and random users.
TEST(MergeAlike, NoScheduleOfRandomTreesTellsThePlansApart) {
  std::mt19937 random(7);
  const auto up_to = [&](Index n) { return static_cast<Index>(random() % static_cast<size_t>(n)); };
  for (int round = 0; round < 60; ++round) {
    TokenPlan plan;
    plan.resources.resize(12, {ResourceKind::link, 0});
    for (int k = 0; k < 6; ++k) {
      Step step;
      step.hops = true;
      if (k > 0) step.after = {k - 1};
      for (Index r = 0; r < 12; ++r) {
        if (up_to(4) == 0) continue;
        Claim claim{r, r / 4 * 3, 4 + up_to(2), {}};
        for (Index c = 0; c < std::ssize(step.claims); ++c) {
          const Index leader = step.claims[static_cast<size_t>(c)].resource;
          if (leader / 4 + 1 == r / 4 && leader % 2 == r % 2) claim.behind.push_back(c);
        }
        step.latency = std::max(step.latency, claim.offset + claim.busy);
        step.claims.push_back(claim);
      }
      plan.steps.push_back(step);
    }
    expect_same_ends(plan, {true, 15, 2, 2});
  }
}

}  // namespace
}  // namespace ohm
