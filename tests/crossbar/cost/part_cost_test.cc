// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/part_cost.h"

#include <gtest/gtest.h>

#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/mvm_energy.h"

namespace ohm {
namespace {

PartSpec part(const std::string& name, double count) {
  PartSpec made;
  made.name = name;
  made.count = count;
  made.source = "table";
  return made;
}

MacroSpec with_parts() {
  MacroSpec macro;
  PartSpec controller = part("controller", 2);
  controller.power = Watts(1e-3);
  controller.area = SquareMetres(3e-12);
  PartSpec comparator = part("comparator", 1);
  comparator.energy = Joules(5e-15);
  comparator.per = "conversion";
  PartSpec latch = part("latch", 0.5);
  latch.energy = Joules(1e-15);
  latch.per = "step";
  macro.parts = {controller, comparator, latch};
  return macro;
}

const MvmBlock kBlock{100, 10, 7};

TEST(PartCost, PowerCountsWhileTheMacroIsTakenAndEnergyPerAction) {
  const MacroSpec macro = with_parts();
  const MvmActivity activity = expected_activity(macro, kBlock, {});
  const auto costs = part_energy(macro, kBlock, activity);
  ASSERT_EQ(costs.size(), 3U);
  const MacroTiming timing = macro_timing(macro, kBlock.rows, kBlock.columns);
  EXPECT_DOUBLE_EQ(costs[0].cost.energy.si(), 2 * 1e-3 * 7 * timing.interval.si());
  EXPECT_DOUBLE_EQ(costs[1].cost.energy.si(), 5e-15 * static_cast<double>(activity.conversions));
  EXPECT_DOUBLE_EQ(costs[2].cost.energy.si(),
                   0.5 * 1e-15 * static_cast<double>(7 * timing.n_input_steps));
}

TEST(PartCost, EntersTheEnergyAndTheAreaOfTheMacro) {
  const MacroSpec macro = with_parts();
  MacroSpec bare = macro;
  bare.parts.clear();
  const MvmActivity activity = expected_activity(macro, kBlock, {});
  const auto sum = [](const std::vector<ComponentCost>& costs) {
    double joules = 0.0;
    for (const ComponentCost& each : costs) joules += each.cost.energy.si();
    return joules;
  };
  const double own = sum(part_energy(macro, kBlock, activity));
  EXPECT_NEAR(sum(mvm_energy(macro, kBlock, activity)) - sum(mvm_energy(bare, kBlock, activity)),
              own, 1e-9 * own);
  EXPECT_NEAR((macro_area_total(macro).area - macro_area_total(bare).area).si(), 6e-12, 1e-18);
}

TEST(PartCost, NoPartsCostNothing) {
  const MacroSpec macro;
  EXPECT_TRUE(part_energy(macro, kBlock, {}).empty());
  EXPECT_TRUE(part_area({}, macro.periphery.technology()).empty());
  EXPECT_TRUE(part_power({}, macro.periphery.technology()).empty());
}

}  // namespace
}  // namespace ohm
