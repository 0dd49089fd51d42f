// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/memory_load.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using Shares = std::vector<std::pair<Index, double>>;

/// Chips 0 and 1 above 2 and 3, of 2 × 1 tiles.
Chip four_chips(const std::string& dram_at) {
  return compile_chip(testing::shipped_chip(
      {testing::with("mesh.columns", "2"), testing::with("mesh.rows", "1"),
       testing::with("dram_at", dram_at),
       testing::with("system",
                     "[{columns: 2, rows: 2, link: {source: test, energy: 1 pJ/bit, "
                     "bandwidth: 63 GB/s, latency: 100 ns, beachfront: 0 m}}]")}));
}

TEST(MemoryLoad, OfChipsWithTheirOwnDramCrossesNoLink) {
  const MemoryLoad load = memory_load(four_chips("[]"), {7, 0, 1, 6, 4, 5, 1, 0});
  EXPECT_EQ(load.drams, (Shares{{0, 0.5}, {2, 0.25}, {3, 0.25}}));
  EXPECT_TRUE(load.links.empty());
  EXPECT_EQ(load.flight.si(), 0.0);
}

TEST(MemoryLoad, OfChipsWithoutDramComesOverTheLinksFromTheNearest) {
  const Chip chip = four_chips("[0]");
  const MemoryLoad load = memory_load(chip, {7, 0, 4, 6});
  EXPECT_EQ(load.drams, (Shares{{0, 1.0}}));
  // the row first: to chip 3 through chip 1; to chip 2 directly
  const Mesh& mesh = chip.mesh;
  EXPECT_EQ(load.links, (Shares{{mesh.path(1, 2).front(), 0.5},
                                {mesh.path(0, 4).front(), 0.25},
                                {mesh.path(2, 6).front(), 0.5}}));
  EXPECT_EQ(load.crossed[0], 1.25);
  EXPECT_DOUBLE_EQ(load.flight.si(), 200e-9);
  EXPECT_EQ(memory_load(four_chips("[0, 3]"), {7}).drams, (Shares{{3, 1.0}}));
  EXPECT_EQ(memory_load(four_chips("[3, 0]"), {2}).drams, (Shares{{3, 1.0}}));  // as near as 0
}

}  // namespace
}  // namespace ohm
