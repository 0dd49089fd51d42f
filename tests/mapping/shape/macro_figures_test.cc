// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/macro_figures.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/mvm_energy.h"
#include "mapping/chip/chip.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(MacroFigures, AreThoseOfTheMacro) {
  const ChipSpec chip = testing::shipped_chip();
  const MacroFigures figures(chip);
  EXPECT_NEAR(figures.area() / macro_area_total(chip.macro).area, 1.0, 1e-12);
  EXPECT_NEAR(figures.leakage() / macro_leakage(chip.macro), 1.0, 1e-12);
  EXPECT_EQ(figures.shape().rows, compile_chip(chip).shape.rows);
  EXPECT_EQ(figures.cells_per_weight(), compile_chip(chip).cells_per_weight);
}

TEST(MacroFigures, OfABlockAreThoseOfItsMvms) {
  const ChipSpec chip = testing::shipped_chip();
  MacroFigures figures(chip);
  const InputStatistics activity = assumed_statistics(chip.macro);
  const BlockFigures& block = figures.of(100, 5, activity);
  const MvmBlock mvms{100, 5, 3000};
  const auto parts = mvm_energy(chip.macro, mvms, expected_activity(chip.macro, mvms, activity));
  ASSERT_EQ(parts.size(), block.energy.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(figures.components()[i], parts[i].component);
    EXPECT_NEAR(3000.0 * block.energy[i], parts[i].cost.energy.si(),
                1e-9 * parts[i].cost.energy.si());
  }
  EXPECT_EQ(&figures.of(100, 5, activity), &block);
}

TEST(MacroFigures, RefuseArraysThatHoldNoWeight) {
  ChipSpec chip = testing::shipped_chip();
  chip.macro.array.n_bitlines = 1;
  EXPECT_THROW(MacroFigures{chip}, ConfigError);
}

}  // namespace
}  // namespace ohm
