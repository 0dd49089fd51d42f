// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/die_cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mapping/system/chip_dies.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

TEST(DieCost, EachKindHasItsOwnYieldOrThatOfTheChip) {
  const Chip chip = compile_chip(
      shipped_chip({with("yield", "{kind: poisson, defect_density: 0.1 /cm2}"),
                    with("dies",
                         "[{name: io, at: [0]}, {name: digital, at: [4], yield: {kind: poisson, "
                         "defect_density: 0.5 /cm2}}]")},
                   "rram_22nm_chiplets"));
  const auto costs = die_costs(chip);
  ASSERT_EQ(costs.size(), 2u);
  for (const DieCost& cost : costs) {
    EXPECT_EQ(cost.count, 1);
    EXPECT_EQ(cost.area, die_area(chip, chip.spec.dies.front()));
    ASSERT_TRUE(cost.package);
    const double density = cost.name == "io" ? 1e3 : 5e3;  // per m2
    EXPECT_NEAR(cost.package->die_yield, std::exp(-cost.area.si() * density), 1e-12);
  }
}

TEST(DieCost, WithoutYieldsThereIsOnlyArea) {
  const auto costs = die_costs(compile_chip(shipped_chip({}, "rram_22nm_chiplets")));
  ASSERT_EQ(costs.size(), 2u);
  EXPECT_FALSE(costs[0].package);
  EXPECT_GT(costs[0].reticles, 0.0);
  EXPECT_TRUE(die_costs(compile_chip(shipped_chip())).empty());
}

}  // namespace
}  // namespace ohm
