// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/tile_space.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(TileSpace, IsWhatKeysAndValuesOfTheRequestLeave) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()),
                                testing::shipped_chip({testing::with("buffer.capacity", "64 KiB"),
                                                       testing::with("buffer.kv_share", "0.5")}));
  const auto space = tile_space(m, {true, 10, 3, 2});
  std::int64_t keys = 0;
  for (const std::int64_t left : space) keys += 65536 - left;
  // 2 layers of 12 positions of 2 sequences: a key and a value of 32 bytes, on the heads' tiles
  EXPECT_EQ(keys, 2 * 12 * 2 * 2 * 32);
}

TEST(TileSpace, IsAllOfItWhereNoKeysLieThere) {
  const Mapping none = map_network(build_network(testing::tiny_gpt()),
                                   testing::shipped_chip({testing::with("buffer.kv_share", "0")}));
  for (const std::int64_t left : tile_space(none, {true, 10, 3, 2})) EXPECT_EQ(left, 65536);
}

}  // namespace
}  // namespace ohm
