// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/anneal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "core/error.h"

namespace ohm {
namespace {

using ::testing::ElementsAre;

std::vector<Index> identity(Index n) {
  std::vector<Index> place(static_cast<size_t>(n));
  std::iota(place.begin(), place.end(), Index{0});
  return place;
}

std::int64_t cost_of(const Interconnect& net, const std::vector<Flow>& flows,
                     const std::vector<Index>& place) {
  std::int64_t cost = 0;
  for (const Flow& flow : flows) cost += hop_bytes(net, flow, place);
  return cost;
}

std::vector<Flow> random_flows(unsigned seed, Index n_groups, int n) {
  std::mt19937 draw(seed);
  const auto group = [&] { return static_cast<Index>(draw() % static_cast<unsigned>(n_groups)); };
  std::vector<Flow> flows;
  for (int f = 0; f < n; ++f) {
    Flow flow{static_cast<FlowKind>(draw() % 3), group(), {}, {}};
    for (auto i = draw() % 5; i > 0; --i) flow.groups.push_back(group());
    const size_t counts = flow.tree() ? 1 : flow.groups.size();
    for (size_t i = 0; i < counts; ++i)
      flow.bytes.push_back(static_cast<std::int64_t>(draw() % 100));
    flows.push_back(flow);
  }
  return flows;
}

/// Matrices of `size` groups: inputs are multicast from the owner before, sums go to the owner.
std::vector<Flow> matrices(Index n, Index size) {
  std::vector<Flow> flows;
  for (Index m = 0; m < n; ++m) {
    std::vector<Index> groups(static_cast<size_t>(size));
    std::iota(groups.begin(), groups.end(), m * size);
    if (m > 0) flows.push_back({FlowKind::multicast, (m - 1) * size + size / 2, groups, {100}});
    const std::vector<std::int64_t> bytes(groups.size(), 30);
    flows.push_back({FlowKind::unicast, m * size + size / 2, groups, bytes});
  }
  return flows;
}

TEST(Anneal, FindsTheOptimumOfSmallCases) {
  const Interconnect net(Mesh(3, 2));
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto flows = random_flows(seed, 6, 5);
    auto place = identity(6);
    std::int64_t best = cost_of(net, flows, place);
    do {
      best = std::min(best, cost_of(net, flows, place));
    } while (std::next_permutation(place.begin(), place.end()));
    const auto result = anneal(net, flows, {identity(6), {}, 0, 20'000, 3});
    EXPECT_EQ(result.cost, best) << seed;
    EXPECT_LE(result.bound, best);
  }
}

TEST(Anneal, CountsItsDeltasExactlyAndNeverEndsAboveTheStart) {
  const Mesh mesh(7, 6);
  for (const Interconnect& net : {Interconnect(mesh), Interconnect(mesh_graph(mesh))}) {
    for (unsigned seed = 0; seed < 12; ++seed) {
      const auto flows = random_flows(seed, 30, 40);
      const auto result = anneal(net, flows, {banded_snake(mesh, 2, 30), {}, seed, 3000});
      EXPECT_EQ(result.cost, cost_of(net, flows, result.place));
      EXPECT_EQ(result.start_cost, cost_of(net, flows, banded_snake(mesh, 2, 30)));
      EXPECT_LE(result.cost, result.start_cost);
      EXPECT_GE(result.cost, result.bound);
      EXPECT_EQ(std::set<Index>(result.place.begin(), result.place.end()).size(), 30u);
    }
  }
}

TEST(Anneal, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Mesh mesh(8, 8);
  const Interconnect net(mesh);
  const auto flows = matrices(6, 10);
  AnnealSpec spec{banded_snake(mesh, 3, 60), {}, 5, 5000, 4, 1};
  const auto one = anneal(net, flows, spec);
  spec.threads = 4;
  EXPECT_EQ(anneal(net, flows, spec).place, one.place);
  spec.seed = 6;
  EXPECT_NE(anneal(net, flows, spec).place, one.place);
}

TEST(Anneal, ComesNearTheBoundOfMatricesInSequence) {
  const Mesh mesh(15, 15);
  const auto flows = matrices(9, 25);
  const Interconnect net(mesh);
  const auto result = anneal(net, flows, {compact_start(mesh, flows, 225), {}, 0, 200'000});
  EXPECT_LT(result.gap(), 0.15);
}

TEST(Anneal, FixedGroupsStay) {
  const Mesh mesh(5, 5);
  AnnealSpec spec{banded_snake(mesh, 1, 20), std::vector<bool>(20, false), 0, 20'000};
  spec.fixed[0] = spec.fixed[13] = true;
  const auto result = anneal(Interconnect(mesh), random_flows(3, 20, 30), spec);
  EXPECT_EQ(result.place[0], spec.start[0]);
  EXPECT_EQ(result.place[13], spec.start[13]);
  EXPECT_LT(result.cost, result.start_cost);
  spec.fixed.assign(20, true);
  EXPECT_EQ(anneal(Interconnect(mesh), random_flows(3, 20, 30), spec).place, spec.start);
}

TEST(Anneal, LeavesAnOptimalChainAlone) {
  std::vector<Flow> chain;
  for (Index g = 0; g + 1 < 30; ++g) chain.push_back({FlowKind::unicast, g, {g + 1}, {8}});
  const Mesh mesh(6, 5);
  const auto result = anneal(Interconnect(mesh), chain, {banded_snake(mesh, 1, 30), {}, 0, 5000});
  EXPECT_EQ(result.cost, result.bound);
  EXPECT_EQ(result.gap(), 0);
}

TEST(Anneal, NothingToMoveIsDone) {
  const Interconnect one(Mesh(1, 1));
  EXPECT_THAT(anneal(one, {{FlowKind::unicast, 0, {0}, {9}}}, {{0}}).place, ElementsAre(0));
  EXPECT_EQ(anneal(one, {}, {}).cost, 0);
  EXPECT_EQ(anneal(Interconnect(Mesh(3, 3)), {{FlowKind::multicast, 0, {}, {9}}}, {{4}}).gap(), 0);
  const auto unmoved =
      anneal(Interconnect(Mesh(2, 2)), random_flows(1, 4, 5), {identity(4), {}, 0, 0});
  EXPECT_EQ(unmoved.place, identity(4));
}

TEST(Anneal, RefusesStartsThatDoNotBelongTogether) {
  const Interconnect net(Mesh(2, 2));
  EXPECT_THROW(anneal(net, {}, {{0, 0}}), ArgumentError);
  EXPECT_THROW(anneal(net, {}, {{4}}), ArgumentError);
  EXPECT_THROW(anneal(net, {}, {{-1}}), ArgumentError);
  EXPECT_THROW(anneal(net, {}, {{0, 1, 2, 3, 0}}), ArgumentError);
  EXPECT_THROW(anneal(net, {}, {{0}, {true, false}}), ArgumentError);
  EXPECT_THROW(anneal(net, {}, {{0}, {}, 0, -1}), ArgumentError);
  EXPECT_THROW(anneal(net, {}, {{0}, {}, 0, 1, 0}), ArgumentError);
  EXPECT_THROW(anneal(net, {{FlowKind::unicast, 0, {1}, {1}}}, {{0}}), ArgumentError);
}

TEST(BandedSnake, WithBandsOfOneRowIsThePlainSnake) {
  const Mesh mesh(4, 5);
  const auto places = banded_snake(mesh, 1, 20);
  for (Index step = 0; step < 20; ++step) {
    EXPECT_EQ(places[static_cast<size_t>(step)], mesh.snake(step));
  }
}

TEST(BandedSnake, VisitsEveryTileOnceAndKeepsToItsBand) {
  const Mesh mesh(4, 5);
  for (Index band = 1; band < 8; ++band) {
    const auto places = banded_snake(mesh, band, 20);
    EXPECT_EQ(std::set<Index>(places.begin(), places.end()).size(), 20u);
  }
  EXPECT_THAT(banded_snake(mesh, 2, 6), ElementsAre(0, 4, 5, 1, 2, 6));
  EXPECT_THROW(banded_snake(mesh, 0, 1), ArgumentError);
  EXPECT_THROW(banded_snake(mesh, 1, 21), ArgumentError);
}

TEST(CompactStart, FillsSquaresWhereMatricesTalkWithinThemselves) {
  const Mesh mesh(12, 12);
  const auto flows = matrices(16, 9);
  const Interconnect net(mesh);
  const auto start = compact_start(mesh, flows, 144);
  EXPECT_LT(cost_of(net, flows, start), cost_of(net, flows, banded_snake(mesh, 1, 144)));
}

TEST(CompactStart, FillsChipAfterChipWhereLinksBetweenThemAreDear) {
  const Mesh mesh({4, 4}, {{2, 1}});
  const auto flows = matrices(2, 16);
  const auto start = compact_start(mesh, flows, 32, {1000});
  for (Index i = 0; i < 32; ++i) EXPECT_EQ(mesh.chip_of(start[static_cast<size_t>(i)]), i / 16);
}

}  // namespace
}  // namespace ohm
