// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/assumed_system.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(AssumedSystem, TakesTheShippedLink) {
  const ChipSpec chip =
      testing::shipped_chip({testing::with("system", "[{link: link_ucie_standard}]")});
  const LinkSpec& shipped = chip.system.front().link;
  const LinkSpec link = assumed_system(testing::shipped_chip()).front().link;
  EXPECT_EQ(link.name, shipped.name);
  EXPECT_EQ(link.source, shipped.source);
  EXPECT_DOUBLE_EQ(link.energy.si(), shipped.energy.si());
  EXPECT_DOUBLE_EQ(link.energy_low.si(), shipped.energy_low.si());
  EXPECT_DOUBLE_EQ(link.bandwidth.si(), shipped.bandwidth.si());
  EXPECT_DOUBLE_EQ(link.latency.si(), shipped.latency.si());
  EXPECT_DOUBLE_EQ(link.beachfront.si(), shipped.beachfront.si());
  EXPECT_DOUBLE_EQ(link.area.si(), shipped.area.si());
}

TEST(AssumedSystem, FitsHalfOfTheDiesEdge) {
  ChipSpec chip = testing::shipped_chip();
  const SystemSpec system = assumed_system(chip);
  ASSERT_EQ(system.size(), 1u);
  EXPECT_TRUE(grows(system));
  const double edge = 26 * compile_chip(chip).link_length.si();
  const double taken =
      static_cast<double>(system.front().links_per_edge) * system.front().link.beachfront.si();
  EXPECT_LE(taken, 0.5 * edge);
  EXPECT_GT(taken, 0.5 * edge - system.front().link.beachfront.si());
  chip.system = system;
  EXPECT_NO_THROW(compile_chip(chip, 4));
}

}  // namespace
}  // namespace ohm
