// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/transfers.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Bytes that enter and leave every tile over links.
struct Balance {
  std::map<Index, std::int64_t> in, out;
};

Balance balance_of(const Mesh& mesh, const Route& route) {
  std::map<Index, std::pair<Index, Index>> ends;
  for (auto [edge, last] = boost::edges(mesh.graph()); edge != last; ++edge) {
    ends[boost::get(boost::edge_index, mesh.graph(), *edge)] = {
        static_cast<Index>(boost::source(*edge, mesh.graph())),
        static_cast<Index>(boost::target(*edge, mesh.graph()))};
  }
  Balance balance;
  for (const LinkLoad& load : route.links) {
    balance.out[ends[load.link].first] += load.bytes;
    balance.in[ends[load.link].second] += load.bytes;
  }
  return balance;
}

TEST(Transfers, ReductionDeliversEveryByteItInjects) {
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

TEST(Transfers, ScatterDeliversEveryByteItInjects) {
  const Mesh mesh(4, 4);
  const Route r = route(mesh, {TransferKind::heads, 0, 0, 5, {0, 5, 15}, {7, 8, 9}});
  EXPECT_EQ(r.injected, 16);
  EXPECT_EQ(r.ejected, 16);
  Balance b = balance_of(mesh, r);
  EXPECT_EQ(b.out[5], 16);
  EXPECT_EQ(b.in[0] - b.out[0], 7);
  EXPECT_EQ(b.in[15] - b.out[15], 9);
}

TEST(Transfers, MulticastTakesEachLinkOfItsTreeOnce) {
  const Mesh mesh(4, 1);
  const Route r = route(mesh, {TransferKind::input, 0, 0, 0, {1, 2, 3}, {100, 100, 100}});
  EXPECT_EQ(r.injected, 100);
  EXPECT_EQ(r.ejected, 300);
  EXPECT_EQ(r.link_bytes, 300);  // 600 as single messages
  EXPECT_EQ(r.router_bytes(), 400);
  EXPECT_EQ(r.hops, 3);
}

TEST(Transfers, WithinATileNothingMoves) {
  const Route r = route(Mesh(2, 2), {TransferKind::activation, 0, 0, 3, {3}, {64}});
  EXPECT_TRUE(r.links.empty());
  EXPECT_EQ(r.link_bytes + r.injected + r.ejected, 0);
}

TEST(Transfers, NoPermutationOfTilesBeatsTheLowerBound) {
  const Mesh mesh(3, 3);
  std::vector<Index> tiles(9);
  std::iota(tiles.begin(), tiles.end(), 0);
  for (const TransferKind kind : {TransferKind::input, TransferKind::partial_sums}) {
    std::int64_t best = std::numeric_limits<std::int64_t>::max(), bound = 0;
    for (Index hub = 0; hub < 9; ++hub) {
      Transfer t{kind, 0, 0, hub, {}, {}};
      for (Index other = 0; other < 9; ++other) {
        if (other == hub) continue;
        t.tiles.push_back(other);
        t.bytes.push_back(kind == TransferKind::input ? 5 : 5);
      }
      best = std::min(best, route(mesh, t).link_bytes);
      bound = least_link_bytes(t);
    }
    EXPECT_EQ(best, bound);  // from the middle of 3 × 3 both trees are as short as can be
  }
}

TEST(Transfers, PartialSumsAreWideEnough) {
  const Widths widths{8, 8, 16, 8};
  EXPECT_EQ(widths.partial_sum_bits(1), 16);
  EXPECT_EQ(widths.partial_sum_bits(128), 23);
  EXPECT_EQ(widths.partial_sum_bits(768), 26);
  EXPECT_EQ(bytes_of(3, 26), 10);
}

TEST(Transfers, EveryMatrixGetsItsInputsAndReturnsItsSums) {
  const Mapping mapping =
      map_network(build_network(testing::tiny_gpt()),
                  testing::shipped_chip({testing::with("macros_per_tile", "4"),
                                         testing::with("macro.array.n_wordlines", "32"),
                                         testing::with("macro.array.rows_active", "32")}));
  std::map<TransferKind, int> count;
  for (size_t i = 0; i < mapping.transfers.size(); ++i) {
    ++count[mapping.transfers[i].kind];
    EXPECT_GE(mapping.routes[i].link_bytes, least_link_bytes(mapping.transfers[i]));
  }
  EXPECT_EQ(count[TransferKind::input], 2 * 4 + 1);
  EXPECT_EQ(count[TransferKind::partial_sums], 2 * 4 + 1);
  EXPECT_EQ(count[TransferKind::heads], 2);
  EXPECT_EQ(count[TransferKind::mixed_values], 2);
}

}  // namespace
}  // namespace ohm
