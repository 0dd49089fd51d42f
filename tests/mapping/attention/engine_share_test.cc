// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_share.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

using testing::mapped_with;
using testing::with;

/// Four heads of 8 in arrays of 128 inputs and 16 outputs; two layers share the tile's 256 arrays.
TEST(EngineShare, CountsArraysOfKeysAndOfValues) {
  const Mapping m = mapped_with(testing::tiny_gpt(), "attention_rram_kv");
  const EngineShare share = engine_share(m, 0);
  EXPECT_EQ(share.array.rows, 128);
  EXPECT_EQ(share.array.columns, 16);
  EXPECT_EQ(share.arrays, 128);
  EXPECT_EQ(share.arrays_for(0), 0);
  EXPECT_EQ(share.arrays_for(1), 4 * 2);
  EXPECT_EQ(share.arrays_for(129), 4 * (9 + 2));
  EXPECT_EQ(share.capacity(), 448);  // 28 arrays of keys and 4 of values per head
  EXPECT_EQ(engine_positions(m, 0), 448);
}

TEST(EngineShare, CapacityIsTheLargestNumberThatFits) {
  EngineShare share{{64, 32}, 0, 2, 2, 100, 40};
  for (share.arrays = 0; share.arrays < 200; ++share.arrays) {
    const Index most = share.capacity();
    EXPECT_LE(share.arrays_for(most), share.arrays);
    EXPECT_GT(share.arrays_for(most + 1), share.arrays);
  }
}

TEST(EngineShare, QueriesOfOneHeadOfKeysTakeTurns) {
  const Mapping m = mapped_with(testing::tiny_llama(), "attention_sram_cim_22nm");
  EXPECT_EQ(engine_share(m, 0).heads, 4);
  EXPECT_EQ(engine_share(m, 0).kv_heads, 2);
  EXPECT_NEAR(engine_product_time(m, 0, AttentionProduct::scores).si(), 2 * 2 * 9.95e-9, 1e-15);
}

TEST(EngineShare, PartialSumsOfArraysAreAddedInATree) {
  const Mapping m =
      mapped_with(testing::tiny_gpt(), "attention_sram_cim_22nm", {with("attention.rows", "4")});
  // keys of 8 in two arrays: one level; values in as many as 4 rows divide the room
  EXPECT_NEAR(engine_product_time(m, 0, AttentionProduct::scores).si(), 2 * 9.95e-9 + 1e-9, 1e-15);
}

TEST(EngineShare, OfADigitalChipIsABug) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()), testing::shipped_chip());
  EXPECT_THROW(engine_share(m, 0), ArgumentError);
}

}  // namespace
}  // namespace ohm
