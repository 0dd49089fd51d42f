// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/head_teams.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

HeadTeams teams_of(const std::string& network, Index tiles, Index attention_tiles = 0) {
  ChipSpec chip = testing::shipped_chip();
  chip.map.attention_tiles = attention_tiles;
  return head_teams(testing::shipped_network(network), chip, tiles);
}

TEST(HeadTeams, KeepGroupedQueriesTogether) {
  const HeadTeams teams = teams_of("llama-3-70b", 1000);  // 64 heads share 8
  EXPECT_EQ(teams.heads, std::vector<Index>(8, 8));
  EXPECT_EQ(teams.kv_copies(), 8);
  EXPECT_EQ(teams.most_kv_heads(), 1);
  EXPECT_GT(teams.tiles_per_team, 1);
}

TEST(HeadTeams, TakeSeveralGroupsWhereTilesAreFew) {
  const HeadTeams teams = teams_of("llama-3-70b", 3);
  EXPECT_EQ(teams.heads, (std::vector<Index>{24, 24, 16}));
  EXPECT_EQ(teams.kv_copies(), 8);
  EXPECT_EQ(teams.most_kv_heads(), 3);
  EXPECT_EQ(teams.tiles_per_team, 1);
}

TEST(HeadTeams, OfHeadsWithoutGroupsAreGroupsOfOne) {
  const HeadTeams teams = teams_of("gpt2-small", 30);
  EXPECT_EQ(teams.heads, std::vector<Index>(12, 1));
  EXPECT_EQ(teams.kv_copies(), 12);
  EXPECT_EQ(teams.tiles_per_team, 2);
}

/// 16 KiB beside keys and values: a head's query of 576 bytes, two results of 514 × 2 bytes.
TEST(HeadTeams, SplitAGroupOnlyWhereItsQueriesDoNotFitIntoABuffer) {
  const HeadTeams many = teams_of("deepseek-v3", 500);  // 128 heads share one latent
  EXPECT_EQ(many.most_heads(), 6);
  EXPECT_EQ(many.teams(), 22);
  EXPECT_EQ(many.kv_copies(), 22);
  EXPECT_EQ(std::accumulate(many.heads.begin(), many.heads.end(), Index{0}), 128);
  const HeadTeams few = teams_of("deepseek-v3", 4);
  EXPECT_EQ(few.heads, std::vector<Index>(4, 32));
  EXPECT_EQ(teams_of("deepseek-v3", 1).kv_copies(), 1);
}

TEST(HeadTeams, HaveAsManyTilesAsAreAskedForAndThere) {
  EXPECT_EQ(teams_of("llama-3-70b", 1000, 5).tiles_per_team, 5);
  EXPECT_EQ(teams_of("llama-3-70b", 30, 5).tiles_per_team, 3);
}

/// By hand, of a tile with nothing but multipliers: S / p positions of (8 + 8) products each on one
/// unit at 1 GHz, and for each round 1 flit (of 32 bytes, for 20), a hop of 3 cycles for every tile
/// apart (a row has 64) and 16 additions.
TEST(HeadTeams, TakeFewTilesThatAnswerHardlyLaterThanTheQuickest) {
  ChipSpec chip = testing::shipped_chip();
  chip.digital.attention_macs = chip.digital.lanes = 1;
  chip.digital.softmax.cycles = 1;
  chip.buffer.bandwidth = BytesPerSecond(1e15);
  chip.mesh = {64, 64};
  TransformerSpec spec = testing::tiny_gpt();
  spec.context = 40;
  const auto time = [](Index p) {
    Index sum = (40 + p - 1) / p * (8 + 8 + 1);
    for (Index apart = 1; apart < p; apart *= 2) sum += 1 + 3 * apart + 16;
    return sum;
  };
  Index least = 1000000, fewest = 30;
  for (Index p = 1; p <= 30; ++p) least = std::min(least, time(p));
  for (Index p = 30; p >= 1; --p) fewest = 5 * time(p) <= 6 * least ? p : fewest;
  EXPECT_EQ(least, time(8));
  EXPECT_EQ(fewest, 7);
  EXPECT_EQ(head_teams(spec, chip, 120).tiles_per_team, fewest);
}

TEST(HeadTeams, TakeMoreTilesRatherThanTheDram) {
  ChipSpec chip = testing::shipped_chip();
  const TransformerSpec spec = testing::shipped_network("llama-3-70b");
  chip.map.context = 8192;
  const Index tiles = head_teams(spec, chip, 4000).tiles_per_team;
  EXPECT_GE(tiles * 192, 8192);  // 48 KiB of 256 bytes
  chip.dram.bandwidth = BytesPerSecond(1e15);
  EXPECT_LE(head_teams(spec, chip, 4000).tiles_per_team, tiles);
}

TEST(HeadTeams, OfArraysThatServeAllPositionsAtOnceTakeAllTiles) {
  const ChipSpec chip = testing::shipped_chip({testing::with("attention", "attention_rram_kv")});
  EXPECT_EQ(head_teams(testing::tiny_gpt(), chip, 43).tiles_per_team, 10);
}

/// Brute force over all sizes: everyone but the first hands over once, to one who still has it.
TEST(HeadTeams, MergeEveryResultOnce) {
  for (Index tiles = 1; tiles < 40; ++tiles) {
    std::set<Index> left;
    for (Index i = 0; i < tiles; ++i) left.insert(i);
    for (Index round = 0; round < merge_rounds(tiles); ++round) {
      for (const Index sender : senders_of(tiles, round)) {
        EXPECT_EQ(left.erase(sender), 1u);
        EXPECT_TRUE(left.contains(sender - (Index{1} << round)));
      }
    }
    EXPECT_EQ(left, std::set<Index>{0});
    EXPECT_LT(tiles, 2 << merge_rounds(tiles));
  }
}

}  // namespace
}  // namespace ohm
