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

/// Two layers of the first stack keep 10 positions of a key and a value of 32 bytes, and three of
/// the second as many, to which the pass of the second adds its own three.
TEST(TileSpace, IsWhatTheSourceLeavesInBothPasses) {
  const Mapping m = map_network(build_network(testing::tiny_t5()),
                                testing::shipped_chip({testing::with("buffer.capacity", "64 KiB"),
                                                       testing::with("buffer.kv_share", "0.5")}));
  const Request request = resolve(testing::tiny_t5(), {10, 3, 1, {}});
  const auto kept = [&](const Request& pass) {
    std::int64_t keys = 0;
    for (const std::int64_t left : tile_space(m, pass)) keys += 65536 - left;
    return keys;
  };
  EXPECT_EQ(kept(first_stack_of(request)), (2 + 3) * 10 * 2 * 32);
  EXPECT_EQ(kept(request), 3 * (10 + 3) * 2 * 32);
}

TEST(TileSpace, IsAllOfItWhereNoKeysLieThere) {
  const Mapping none = map_network(build_network(testing::tiny_gpt()),
                                   testing::shipped_chip({testing::with("buffer.kv_share", "0")}));
  for (const std::int64_t left : tile_space(none, {true, 10, 3, 2})) EXPECT_EQ(left, 65536);
}

}  // namespace
}  // namespace ohm
