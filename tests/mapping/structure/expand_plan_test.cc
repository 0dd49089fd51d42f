// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/expand_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mapping/schedule/schedule.h"

namespace ohm {
namespace {

constexpr Index kSteps = 3;  // of a layer

/// Resources of layer l: 1 + 2 l its unit, 2 + 2 l the link that the next one also uses; 0 is the
/// memory of all. One step before the layers and one behind, which uses the last layer's link.
TokenPlan layers(Index n) {
  TokenPlan plan;
  plan.resources.push_back({ResourceKind::dram, 0});
  for (Index l = 0; l < n; ++l) {
    plan.resources.push_back({ResourceKind::digital, l});
    plan.resources.push_back({ResourceKind::link, l});
  }
  const auto add = [&](std::vector<Claim> claims, Picoseconds latency, std::vector<Index> after) {
    Step step;
    step.claims = std::move(claims);
    step.latency = latency;
    step.after = std::move(after);
    plan.steps.push_back(step);
  };
  add({{0, 0, 2}}, 3, {});
  for (Index l = 0; l < n; ++l) {
    const Index unit = 1 + 2 * l, first = 1 + kSteps * l;
    add({{unit, 0, 7}}, 7, {first - 1});
    add({{0, 0, 1}}, 2, {first, 0});
    add({{unit, 0, 5}}, 6, {first + 1});
    Step& send = plan.steps.back();
    send.hops = true;
    send.claims.clear();
    if (l > 0) send.claims.push_back({2 * l, 0, 4});
    send.claims.push_back({2 + 2 * l, 1, 5});
    if (l > 0) send.claims.back().behind = {0};
    plan.steps[plan.steps.size() - 3].growth.per_position = 1;
  }
  add({{2 * n, 0, 9}, {2 * n - 1, 0, 3}}, 9, {kSteps * n});
  plan.steps.back().tokens = StepTokens::generating;
  return plan;
}

StepRange last_layer(Index n) {
  return {1 + kSteps * (n - 1), kSteps};
}

std::vector<Picoseconds> outputs(const TokenPlan& plan, const Request& request) {
  return schedule(plan, request).outputs;
}

TEST(ExpandPlan, IsThePlanOfSoManyMoreLayers) {
  for (const Index kept : {3, 5}) {
    for (const Index more : {0, 1, 2, 7}) {
      const auto expanded = expand_plan(layers(kept), last_layer(kept), more);
      ASSERT_TRUE(expanded.has_value());
      const TokenPlan all = layers(kept + more);
      EXPECT_EQ(expanded->steps.size(), all.steps.size());
      EXPECT_EQ(expanded->resources.size(), all.resources.size());
      for (size_t k = 0; k < all.steps.size(); ++k) {
        EXPECT_EQ(expanded->steps[k].after, all.steps[k].after) << k;
      }
      for (const Request& request : {Request{true, 40, 4, 1}, Request{true, 9, 1, 6}}) {
        EXPECT_EQ(outputs(*expanded, request), outputs(all, request)) << kept << " " << more;
      }
    }
  }
}

/// Layer l works tile 2 l in its unit, its memory tile 2 l + 1 and that of the next layer.
GatingRule gating(Index n) {
  GatingRule rule{{{}}, {}, true, 3, 5};
  for (Index l = 0; l < n; ++l) {
    rule.tiles_of.push_back({2 * l, 2 * l + 1});
    rule.tiles_of.push_back({2 * l + 1, 2 * l + 3});
  }
  for (Index tile = 0; tile < 2 * n + 2; ++tile) rule.tiles.push_back(tile);
  return rule;
}

TEST(ExpandPlan, TilesAreCopiedAsResourcesAre) {
  TokenPlan few = layers(4), all = layers(9);
  few.gating = gating(4);
  all.gating = gating(9);
  TokenPlan expanded = expand_plan(few, last_layer(4), 5).value();
  std::set<Index> tiles;
  for (const auto& works : expanded.gating.tiles_of) tiles.insert(works.begin(), works.end());
  EXPECT_EQ(tiles.size(), 2u * 9 + 1);  // what stands after the last layer is no even one
  expanded.gating.tiles.assign(tiles.begin(), tiles.end());
  all.gating.tiles.erase(all.gating.tiles.end() - 2);
  for (const Request& request : {Request{true, 1, 5, 1}, Request{true, 9, 3, 2}}) {
    Gated of_few = schedule(expanded, request).gated, of_all = schedule(all, request).gated;
    for (Gated* gated : {&of_few, &of_all}) {
      std::sort(gated->off.begin(), gated->off.end());
      std::sort(gated->woken.begin(), gated->woken.end());
    }
    EXPECT_EQ(of_few.off, of_all.off);
    EXPECT_EQ(of_few.woken, of_all.woken);
    EXPECT_EQ(of_few.wake_ups, of_all.wake_ups);
  }
}

TEST(ExpandPlan, RefusesTilesThatAreNotCongruent) {
  TokenPlan plan = layers(4);
  plan.gating = gating(4);
  plan.gating.tiles_of[7].push_back(0);  // the last layer's unit
  EXPECT_FALSE(expand_plan(plan, last_layer(4), 1));
  plan.gating = gating(4);
  plan.gating.tiles_of[5] = plan.gating.tiles_of[7];  // one tile for two
  EXPECT_FALSE(expand_plan(plan, last_layer(4), 1));
}

TEST(ExpandPlan, APeriodMayBeSeveralLayers) {
  const auto expanded = expand_plan(layers(5), {1 + kSteps * 3, 2 * kSteps}, 3);
  ASSERT_TRUE(expanded.has_value());
  const Request request{true, 40, 4, 1};
  EXPECT_EQ(outputs(*expanded, request), outputs(layers(11), request));
}

TEST(ExpandPlan, RefusesPeriodsThatAreNotCongruent) {
  EXPECT_FALSE(expand_plan(layers(1), last_layer(1), 1));  // there is none before
  // the first layer leaves out the link of one before
  EXPECT_FALSE(expand_plan(layers(2), last_layer(2), 1));
  for (int k = 0; k < 6; ++k) {
    TokenPlan plan = layers(4);
    Step& step = plan.steps[static_cast<size_t>(last_layer(4).first)];
    if (k == 0) ++step.latency;
    if (k == 1) ++step.claims[0].busy;
    if (k == 2) step.claims[0].resource = 2;  // of the first layer
    if (k == 3) step.after.push_back(1);
    if (k == 4) ++step.growth.per_position;
    if (k == 5) plan.space = {100};
    EXPECT_FALSE(expand_plan(plan, last_layer(4), 1)) << k;
  }
}

TEST(ExpandPlan, LayersOfOtherWindowsAreNotCongruent) {
  TokenPlan plan = layers(3);
  plan.steps[static_cast<size_t>(last_layer(3).first)].growth.window = 4;
  EXPECT_FALSE(expand_plan(plan, last_layer(3), 2).has_value());
}

}  // namespace
}  // namespace ohm
