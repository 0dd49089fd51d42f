// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/route.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace ohm {
namespace {

/// Bytes that enter and leave every tile over links.
struct Balance {
  std::map<Index, std::int64_t> in, out;
};

Balance balance_of(const Mesh& mesh, const Route& route) {
  std::map<Index, std::pair<Index, Index>> ends;
  const MeshGraph graph = mesh_graph(mesh);
  for (auto [edge, last] = boost::edges(graph); edge != last; ++edge) {
    ends[boost::get(boost::edge_index, graph, *edge)] = {
        static_cast<Index>(boost::source(*edge, graph)),
        static_cast<Index>(boost::target(*edge, graph))};
  }
  Balance balance;
  for (const LinkLoad& load : route.links) {
    balance.out[ends[load.link].first] += load.bytes;
    balance.in[ends[load.link].second] += load.bytes;
  }
  return balance;
}

TEST(Route, ReductionDeliversEveryByteItInjects) {
  const Mesh mesh(5, 5);
  const Transfer gather{TransferKind::partial_sums, 0, -1, 12, {0, 4, 12, 13, 24},
                        {10, 20, 30, 40, 50}};
  const Route r = route(mesh, gather);
  EXPECT_EQ(r.injected, 120);  // the hub's own 30 stay
  EXPECT_EQ(r.ejected, 120);
  Balance b = balance_of(mesh, r);
  EXPECT_EQ(b.in[12] - b.out[12], 120);
  EXPECT_EQ(b.out[24] - b.in[24], 50);
  std::int64_t unicasts = 0;
  for (size_t i = 0; i < gather.tiles.size(); ++i) {
    unicasts += gather.bytes[i] * mesh.hops(gather.tiles[i], 12);
  }
  EXPECT_EQ(r.link_bytes, unicasts);
}

TEST(Route, ScatterDeliversEveryByteItInjects) {
  const Mesh mesh(4, 4);
  const Route r = route(mesh, {TransferKind::keys, 0, 0, 5, {0, 5, 15}, {7, 8, 9}});
  EXPECT_EQ(r.injected, 16);
  EXPECT_EQ(r.ejected, 16);
  Balance b = balance_of(mesh, r);
  EXPECT_EQ(b.out[5], 16);
  EXPECT_EQ(b.in[0] - b.out[0], 7);
  EXPECT_EQ(b.in[15] - b.out[15], 9);
}

TEST(Route, MulticastTakesEachLinkOfItsTreeOnce) {
  const Mesh mesh(4, 1);
  const Route r = route(mesh, {TransferKind::input, 0, 0, 0, {1, 2, 3}, {100, 100, 100}});
  EXPECT_EQ(r.injected, 100);
  EXPECT_EQ(r.ejected, 300);
  EXPECT_EQ(r.link_bytes, 300);  // 600 as single messages
  EXPECT_EQ(r.router_bytes(), 400);
  EXPECT_EQ(r.hops, 3);
}

TEST(Route, WithinATileNothingMoves) {
  const Route r = route(Mesh(2, 2), {TransferKind::activation, 0, 0, 3, {3}, {64}});
  EXPECT_TRUE(r.links.empty());
  EXPECT_EQ(r.link_bytes + r.injected + r.ejected, 0);
}

/// Two chips of 2 × 2 tiles next to each other: tiles 0 1 | 2 3 above 4 5 | 6 7.
Mesh two_chips() {
  return {LinkGrid{2, 2}, {{2, 1}}};
}

TEST(Route, OverAnEdgeTakesItsLinkOnceForAllRows) {
  const Mesh mesh = two_chips();
  const Route r =
      route(mesh, {TransferKind::partial_sums, 0, -1, 0, {2, 3, 6, 7}, {10, 20, 30, 40}});
  EXPECT_EQ(r.crossing_bytes, (ByEdge{100, 0, 0}));
  EXPECT_EQ(r.injected, 100);
  EXPECT_EQ(r.ejected, 100);
  // 3 to 2 and 7 to 6, 1 to 0 (row 0), 5 to 4 to 0 (row 1)
  EXPECT_EQ(r.noc_bytes(), 20 + 40 + 30 + 70 + 70);
  EXPECT_EQ(r.link_bytes, r.noc_bytes() + 100);
  int shared = 0;
  for (const LinkLoad& load : r.links) {
    if (mesh.level_of(load.link) < 0) continue;
    ++shared;
    EXPECT_EQ(load.bytes, 100);
  }
  EXPECT_EQ(shared, 1);
}

TEST(Route, MulticastCrossesAnEdgeOnceForAllColumns) {
  const Mesh mesh({2, 2}, {{1, 2}});  // one chip above the other
  const Route r = route(mesh, {TransferKind::input, 0, 0, 0, {4, 5, 6, 7}, {9, 9, 9, 9}});
  EXPECT_EQ(r.crossing_bytes, (ByEdge{9, 0, 0}));
  EXPECT_EQ(r.injected, 9);
  EXPECT_EQ(r.ejected, 36);
}

/// Brute force: what enters a link from tiles and other links leaves it, whatever the tiles.
TEST(Route, EveryLinkIsLedToBeforeItIsTakenAndBytesAreConserved) {
  const Mesh mesh({3, 2}, {{2, 3}, {2, 1}});
  for (Index seed = 1; seed < 40; ++seed) {
    for (const TransferKind kind :
         {TransferKind::input, TransferKind::partial_sums, TransferKind::keys}) {
      Transfer t{kind, 0, 0, seed * 31 % mesh.size(), {}, {}};
      for (Index tile = seed % 5; tile < mesh.size(); tile += 1 + seed % 7) {
        t.tiles.push_back(tile);
        t.bytes.push_back(kind == TransferKind::input ? 7 : tile + 1);
      }
      const Route r = route(mesh, t);
      std::int64_t unicast = 0, crossed = 0;
      for (size_t i = 0; i < t.tiles.size(); ++i) {
        unicast += t.bytes[i] * mesh.hops(t.tiles[i], t.hub);
        if (mesh.chip_of(t.tiles[i]) != mesh.chip_of(t.hub)) crossed += t.bytes[i];
      }
      if (kind != TransferKind::input) {
        EXPECT_EQ(r.link_bytes, unicast);
        EXPECT_GE(r.crossing_bytes[0] + r.crossing_bytes[1], crossed);
      }
      for (size_t i = 0; i < r.links.size(); ++i) {
        EXPECT_GE(r.links[i].hops, 0);
        for (const Index before : r.links[i].behind) {
          ASSERT_LT(before, static_cast<Index>(i));
          EXPECT_LT(r.links[static_cast<size_t>(before)].hops, r.links[i].hops);
        }
      }
    }
  }
}

}  // namespace
}  // namespace ohm
