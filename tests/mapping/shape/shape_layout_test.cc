// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_layout.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

using testing::BothWays;

void expect_same(const BothWays& b) {
  EXPECT_EQ(b.layout.arrays, b.mapping.arrangement.arrays);
  EXPECT_EQ(b.layout.tiles, b.mapping.placement.tiles_used);
  for (size_t l = 0; l < b.layout.attention.size(); ++l) {
    const AttentionSite& site = b.mapping.placement.attention[l];
    const AttentionSpread& spread = b.layout.attention[l];
    EXPECT_EQ(spread.tiles, std::ssize(site.tiles));
    EXPECT_EQ(spread.teams, site.teams.teams());
    EXPECT_EQ(spread.tiles_per_team, site.tiles_per_team());
    EXPECT_EQ(spread.most_heads, site.teams.most_heads());
    EXPECT_EQ(spread.fewest_heads, site.teams.fewest_heads());
    EXPECT_EQ(spread.most_kv_heads, site.teams.most_kv_heads());
    EXPECT_EQ(spread.kv_copies, site.teams.kv_copies());
    EXPECT_EQ(spread.buffered, buffered_positions(b.mapping, static_cast<int>(l), b.request.batch));
  }
}

void expect_same_copies(const BothWays& b) {
  for (size_t l = 0; l < b.layers.layers.size(); ++l) {
    const LayerUse& use = b.layers.layers[l];
    const LayerKind& kind = b.layers.kinds[use.kind];
    for (size_t m = 0; m < kind.matrices.size(); ++m) {
      const auto id = static_cast<size_t>(use.first_matrix + kind.matrices[m].number);
      EXPECT_EQ(b.layout.copies_of(l)[m], b.mapping.arrangement.copies[id]) << id;
    }
  }
}

TEST(ShapeLayout, IsThatOfThePlacement) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_mixtral(),
        testing::tiny_deepseek(), testing::tiny_bert(), testing::tiny_vit()}) {
    for (const Index macros : {1, 2, 5, 9, 40, 100'000}) {
      expect_same({spec, testing::one_or_many(macros), {}});
    }
  }
}

TEST(ShapeLayout, HasTheCopiesOfTheMapping) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_mixtral()}) {
    for (const char* purpose : {"throughput", "latency"}) {
      for (const double budget : {150.0, 300.0}) {
        ChipSpec chip = testing::one_or_many(5);
        chip.map.duplication = purpose;
        chip.map.budget = budget;
        const BothWays b(spec, chip, {});
        expect_same(b);
        expect_same_copies(b);
      }
    }
  }
}

TEST(ShapeLayout, LayersThatBeginAlikeAreFoundOnce) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 6;
  const BothWays b(spec, testing::one_or_many(100'000), {});
  EXPECT_EQ(b.layout.like[1], 1U);
  const BothWays single(spec, testing::one_or_many(1), {});
  EXPECT_EQ(single.layout.like[6], 1U);
}

TEST(ShapeLayout, RefusesPackedBlocks) {
  ChipSpec chip = testing::one_or_many(5);
  chip.map.packing = "edge_blocks";
  EXPECT_THROW(BothWays(testing::tiny_gpt(), chip, {}), ArgumentError);
}

}  // namespace
}  // namespace ohm
