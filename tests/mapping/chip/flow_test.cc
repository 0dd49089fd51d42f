// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/flow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

#include "core/error.h"
#include "mapping/system/route.h"

namespace ohm {
namespace {

std::vector<Index> identity(Index n) {
  std::vector<Index> place(static_cast<size_t>(n));
  std::iota(place.begin(), place.end(), Index{0});
  return place;
}

Flow random_flow(std::mt19937& draw, Index n_groups) {
  const auto group = [&] { return static_cast<Index>(draw() % static_cast<unsigned>(n_groups)); };
  Flow flow{static_cast<FlowKind>(draw() % 3), group(), {}, {}};
  for (auto i = draw() % 6; i > 0; --i) flow.groups.push_back(group());
  for (size_t i = 0; i < (flow.tree() ? 1 : flow.groups.size()); ++i) {
    flow.bytes.push_back(static_cast<std::int64_t>(draw() % 10));
  }
  return flow;
}

TEST(Flow, CostsTheLinkBytesOfItsTransfer) {
  const Mesh mesh(5, 4);
  const Interconnect net(mesh);
  std::mt19937 draw(1);
  for (int i = 0; i < 500; ++i) {
    Transfer transfer;
    transfer.kind = i % 2 == 0 ? TransferKind::input : TransferKind::partial_sums;
    transfer.hub = static_cast<Index>(draw() % 20);
    auto tiles = identity(20);
    std::shuffle(tiles.begin(), tiles.end(), draw);
    transfer.tiles.assign(tiles.begin(), tiles.begin() + 1 + i % 7);
    for (size_t t = 0; t < transfer.tiles.size(); ++t) {
      transfer.bytes.push_back(transfer.multicast() ? 3 : static_cast<std::int64_t>(draw() % 9));
    }
    const auto flows = flows_of({transfer});
    ASSERT_EQ(flows.size(), 1u);
    EXPECT_EQ(hop_bytes(net, flows[0], identity(20)), route(mesh, transfer).link_bytes) << i;
  }
}

TEST(Flow, AReductionJoinsWhereRoutesMeet) {
  const Interconnect net(Mesh(4, 1));
  const Flow sums{FlowKind::reduction, 0, {1, 2, 3}, {7}};
  EXPECT_EQ(hop_bytes(net, sums, identity(4)), 3 * 7);
  const Flow apart{FlowKind::unicast, 0, {1, 2, 3}, {7, 7, 7}};
  EXPECT_EQ(hop_bytes(net, apart, identity(4)), 6 * 7);
}

TEST(Flow, NoPlacementGoesBelowTheBound) {
  std::mt19937 draw(2);
  for (const Mesh& mesh : {Mesh(3, 2), Mesh(6, 1)}) {
    const Interconnect net(mesh);
    for (int i = 0; i < 25; ++i) {
      std::vector<Flow> flows;
      for (int f = 0; f < 1 + i % 4; ++f) flows.push_back(random_flow(draw, 6));
      const std::int64_t bound = least_hop_bytes(net, flows, 6);
      auto place = identity(6);
      do {
        std::int64_t cost = 0;
        for (const Flow& flow : flows) cost += hop_bytes(net, flow, place);
        ASSERT_GE(cost, bound) << i;
      } while (std::next_permutation(place.begin(), place.end()));
    }
  }
}

TEST(Flow, TheBoundIsMetByAStarAndByAChain) {
  const Interconnect net(Mesh(3, 3));
  EXPECT_EQ(least_hop_bytes(net, {{FlowKind::unicast, 0, {1, 2, 3, 4, 5}, {9, 9, 9, 9, 1}}}, 6),
            4 * 9 + 2);
  EXPECT_EQ(
      least_hop_bytes(net, {{FlowKind::unicast, 0, {1}, {5}}, {FlowKind::unicast, 1, {2}, {6}}}, 3),
      11);
}

TEST(Flow, OneGroupOnOnePlaceCostsNothing) {
  const Interconnect net(Mesh(1, 1));
  const std::vector<Flow> flows{{FlowKind::unicast, 0, {0}, {5}},
                                {FlowKind::multicast, 0, {0}, {5}}};
  EXPECT_EQ(least_hop_bytes(net, flows, 1), 0);
  EXPECT_EQ(hop_bytes(net, flows[1], {0}), 0);
}

TEST(Flow, RefusesWhatDoesNotBelongTogether) {
  const Interconnect net(Mesh(2, 2));
  const auto refused = [&](const Flow& flow, Index n = 4) {
    EXPECT_THROW(check_flows(net, {flow}, n), ArgumentError);
  };
  refused({FlowKind::unicast, 4, {1}, {1}});
  refused({FlowKind::unicast, -1, {1}, {1}});
  refused({FlowKind::unicast, 0, {4}, {1}});
  refused({FlowKind::unicast, 0, {1}, {}});
  refused({FlowKind::unicast, 0, {1}, {-1}});
  refused({FlowKind::multicast, 0, {1, 2}, {1, 1}});
  refused({FlowKind::reduction, 0, {1}, {std::numeric_limits<std::int64_t>::max()}});
  refused({FlowKind::unicast, 0, {1}, {1}}, 5);  // more groups than places
  EXPECT_NO_THROW(check_flows(net, {{FlowKind::multicast, 0, {1, 2}, {1}}}, 4));
}

}  // namespace
}  // namespace ohm
