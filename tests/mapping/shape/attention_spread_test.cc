// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_spread.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(AttentionSpread, GivesWholeHeadsToFewTilesAndTilesToFewHeads) {
  const TransformerSpec spec = testing::tiny_gpt();  // 4 heads
  ChipSpec chip = testing::shipped_chip();
  chip.map.attention_tiles = 2;
  AttentionSpreader spreader(spec, chip);
  const AttentionSpread few = spreader.spread({{5, 6}});
  EXPECT_EQ(few.most_heads, 2);
  EXPECT_EQ(few.tiles, 2);
  const AttentionSpread many = spreader.spread({{5, 13}});
  EXPECT_EQ(many.tiles_per_team, 2);
  EXPECT_EQ(many.tiles, 8);
  EXPECT_EQ(many.first_tile, 5);
  EXPECT_EQ(many.last_tile, 12);  // the last team begins at 3 × 9 / 4
  chip.map.attention_tiles = 1;
  const AttentionSpread one = AttentionSpreader(spec, chip).spread({{5, 13}});
  EXPECT_EQ(one.tiles, 4);
  EXPECT_EQ(one.last_tile, 11);
}

TEST(AttentionSpread, CountsATileThatTwoMatricesShareOnce) {
  const TransformerSpec spec = testing::tiny_gpt();
  const ChipSpec chip = testing::shipped_chip();
  AttentionSpreader spreader(spec, chip);
  const AttentionSpread spread = spreader.spread({{1, 2}, {2, 3}, {7, 7}});
  EXPECT_EQ(spread.tiles, 4);
  EXPECT_EQ(spread.last_tile, 7);
}

TEST(AttentionSpread, OfALayerWithoutArraysIsOnTheFirstTile) {
  const TransformerSpec spec = testing::tiny_gpt();
  const ChipSpec chip = testing::shipped_chip();
  const AttentionSpread spread = AttentionSpreader(spec, chip).spread({});
  EXPECT_EQ(spread.tiles, 1);
  EXPECT_EQ(spread.most_heads, 4);
  EXPECT_EQ(spread.first_tile, 0);
}

/// A source of 30 positions stands in front of the second stack's own.
TEST(AttentionSpread, OfASecondStackLeavesItsOwnKeysWhatTheSourceLeaves) {
  AttentionSpread layer;
  layer.buffered = 100;
  const Request second{true, 1, 4, 1, 0, 30};
  EXPECT_EQ(seen_by(layer, false, second).buffered, 70);
  EXPECT_EQ(seen_by(layer, true, second).buffered, 100);
  EXPECT_EQ(seen_by(layer, true, second).source, 30);
  EXPECT_FALSE(alike(seen_by(layer, true, second), layer));
  layer.buffered = 20;
  EXPECT_EQ(seen_by(layer, false, second).buffered, 0);
  EXPECT_TRUE(alike(seen_by(layer, false, first_stack_of(second)), layer));
}

TEST(AttentionSpread, LayersThatMeetShareABuffer) {
  const TransformerSpec spec = testing::tiny_gpt();
  ChipSpec chip = testing::shipped_chip();
  chip.buffer.kv_share = 0.5;
  AttentionSpreader spreader(spec, chip);
  std::vector<AttentionSpread> alone{spreader.spread({{0, 0}}), spreader.spread({{1, 1}})};
  std::vector<AttentionSpread> together{spreader.spread({{0, 0}}), spreader.spread({{0, 0}})};
  share_buffers(spec, chip, 1, alone);
  share_buffers(spec, chip, 1, together);
  EXPECT_GT(alone[0].buffered, 0);
  EXPECT_EQ(together[0].buffered, alone[0].buffered / 2);
  EXPECT_FALSE(alike(alone[0], together[0]));
}

}  // namespace
}  // namespace ohm
