// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/dac_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(DacCost, DoublesWithEveryBitPerStep) {
  MacroSpec macro;
  const UnitCost one = dac_cost(macro);
  EXPECT_GT(one.energy.si(), 0.0);
  macro.input.slice_bits = 4;
  EXPECT_DOUBLE_EQ(dac_cost(macro).energy / one.energy, 8.0);
  EXPECT_DOUBLE_EQ(dac_cost(macro).area / one.area, 8.0);
  EXPECT_THAT(dac_cost(macro).source, testing::HasSubstr("4 bits: x 8"));
}

// MNSIM 2.0 (ca39ccb) gives its 8-bit DAC 0.4992 W; 0.4992 mW would follow the narrower ones.
TEST(DacCost, EightBitsCostNoMoreThanTheirShare) {
  MacroSpec macro;
  const UnitCost one = dac_cost(macro);
  macro.input.slice_bits = 8;
  EXPECT_DOUBLE_EQ(dac_cost(macro).energy / one.energy, 128.0);
  EXPECT_DOUBLE_EQ(dac_cost(macro).area / one.area, 128.0);
}

TEST(DacCost, TheWidestStepSetsIt) {
  MacroSpec macro;
  const UnitCost one = dac_cost(macro);
  macro.input.speculation.slice_bits = {4, 2, 2};
  EXPECT_DOUBLE_EQ(dac_cost(macro).energy / one.energy, 8.0);
}

}  // namespace
}  // namespace ohm
