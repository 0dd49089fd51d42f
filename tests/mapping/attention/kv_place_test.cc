// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/kv_place.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

const std::string kBoth = "memories: [{memory: memory_edram}, {memory: dram_hbm3}]}";

/// Bytes beyond the tiles are `all` less what buffers hold, unless all lie in a memory.
KvNeed need(double all, double buffers) {
  return [=](const Request& request) {
    return request.kv_memory >= 0 ? all : std::max(0.0, all - buffers);
  };
}

TEST(KvPlace, IsTheTilesUnlessSaidOtherwise) {
  const ChipSpec chip = testing::shipped_chip();
  const KvPlace place = choose_kv_place(chip, {}, need(2e6, 1e6));
  EXPECT_EQ(place.memory, -1);
  EXPECT_NE(place.reason.find("and the DRAM"), std::string::npos);
  EXPECT_EQ(kv_memory(chip, {}).name, chip.dram.name);
}

TEST(KvPlace, IsTheMemoryThatIsNamed) {
  const ChipSpec chip = testing::shipped_chip({with("kv", "{place: dram_hbm3, " + kBoth)});
  EXPECT_EQ(choose_kv_place(chip, {}, need(1e3, 1e6)).memory, 1);
}

TEST(KvPlace, IsChosenByCapacityAndSaysSo) {
  const ChipSpec chip = testing::shipped_chip({with("kv", "{place: auto, " + kBoth)});
  EXPECT_EQ(choose_kv_place(chip, {}, need(1e6, 1e6)).memory, -1);
  const KvPlace cache = choose_kv_place(chip, {}, need(100e6, 1e6));
  EXPECT_EQ(cache.memory, 0);
  EXPECT_EQ(cache.reason,
            "memory memory_edram: the first that holds all of them, 100 MB of 128 MB per chip; the "
            "tiles leave 99 MB");
  EXPECT_EQ(choose_kv_place(chip, {}, need(1e9, 1e6)).memory, 1);
  const KvPlace none = choose_kv_place(chip, {}, need(1e12, 1e6));
  EXPECT_EQ(none.memory, -1);
  EXPECT_NE(none.reason.find("no memory"), std::string::npos);
}

TEST(KvPlace, WritesTakeTheirOwnBandwidth) {
  DramSpec memory;
  memory.bandwidth = BytesPerSecond(8e9);
  EXPECT_EQ(as_written(memory).bandwidth.si(), 8e9);
  memory.write_bandwidth = BytesPerSecond(1e9);
  EXPECT_EQ(as_written(memory).bandwidth.si(), 1e9);
}

}  // namespace
}  // namespace ohm
