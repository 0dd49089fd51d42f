// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/attention_transfers.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Bytes of all transfers of a kind in the first layer, multicasts counted once.
std::int64_t sent(const Mapping& m, TransferKind kind) {
  std::int64_t sum = 0;
  for (const Transfer& t : m.transfers) {
    if (t.kind != kind || m.network.op(t.vertex).layer != 0) continue;
    for (size_t i = 0; i < t.bytes.size(); i += static_cast<size_t>(t.together)) sum += t.bytes[i];
  }
  return sum;
}

Mapping mapped(const TransformerSpec& spec, const std::string& tiles, int kv_bits = 8) {
  return map_network(build_network(spec),
                     testing::shipped_chip({testing::with("macros_per_tile", "1"),
                                            testing::with("macro.array.n_wordlines", "32"),
                                            testing::with("macro.array.rows_active", "32"),
                                            testing::with("kv_bits", std::to_string(kv_bits)),
                                            testing::with("map.attention_tiles", tiles)}));
}

/// Four query heads of 8 elements share two of keys and values.
TEST(AttentionTransfers, OfGroupsCarryKeysAndValuesOnceAndQueriesToEveryTile) {
  for (const std::string tiles : {"1", "2", "3"}) {
    const Mapping m = mapped(testing::tiny_llama(), tiles);
    const AttentionSite& site = m.placement.attention[0];
    ASSERT_EQ(site.tiles_per_team(), std::stol(tiles));
    EXPECT_EQ(site.teams.heads, std::vector<Index>(2, 2));
    EXPECT_EQ(sent(m, TransferKind::queries), 4 * 8);
    EXPECT_EQ(sent(m, TransferKind::keys), 2 * 2 * 8);
    // all tiles but the first of each team send two heads of 8 values, a maximum and a sum
    EXPECT_EQ(sent(m, TransferKind::partial_values), 2 * (site.tiles_per_team() - 1) * 2 * 10 * 2);
    EXPECT_EQ(sent(m, TransferKind::mixed_values), 4 * 8 * 2);
  }
}

TEST(AttentionTransfers, OfNarrowKeysLeaveQueriesAsTheyAre) {
  for (const int bits : {2, 3, 4, 6, 16}) {
    const Mapping m = mapped(testing::tiny_llama(), "2", bits);
    EXPECT_EQ(sent(m, TransferKind::queries), 4 * 8 * (bits > 8 ? 2 : 1)) << bits;
    EXPECT_EQ(sent(m, TransferKind::keys), 2 * 2 * bits) << bits;  // 8 elements of each
  }
}

TEST(AttentionTransfers, OfLatentsGoToEveryTeam) {
  const Mapping m = mapped(testing::tiny_deepseek(), "1");
  const AttentionSite& site = m.placement.attention[0];
  EXPECT_EQ(sent(m, TransferKind::queries), 4 * (16 + 4));
  EXPECT_EQ(sent(m, TransferKind::keys), site.teams.teams() * (16 + 4));
}

/// A multicast takes each link of its tree once; teams that share a link load it with the bytes of
/// each. Tiles of a 1 × n mesh: as many links as the farthest tile of each team is away.
TEST(AttentionTransfers, OfQueriesTakeEachLinkOncePerTeam) {
  Transfer t{TransferKind::queries, 0, 0, 0, {1, 2, 3, 4, 5, 6}, {10, 10, 10, 7, 7, 7}, 0, 1};
  t.together = 3;
  const Route r = route(Mesh(8, 1), t);
  EXPECT_EQ(r.link_bytes, 3 * 10 + 6 * 7);
  EXPECT_EQ(r.injected, 17);
  EXPECT_EQ(r.ejected, 3 * 17);
  EXPECT_EQ(r.links.front().bytes, 17);
}

TEST(AttentionTransfers, OfPartialResultsGoToTheirOwnHubs) {
  Transfer t{TransferKind::partial_values, 0, -1, 7, {1, 3, 6}, {10, 20, 30}, 0, 1};
  t.ends = {0, 2, 4};
  const Route r = route(Mesh(8, 1), t);
  EXPECT_EQ(r.link_bytes, 10 + 20 + 2 * 30);
  EXPECT_EQ(r.hops, 2);
  EXPECT_EQ(least_link_bytes(t), 60);
}

}  // namespace
}  // namespace ohm
