// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/update_cost.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

DeviceSpec cell(const std::string& method) {
  DeviceSpec made;
  made.programming.method = method;
  made.programming.pulses_mean = 8.0;
  return made;
}

TEST(UpdateCost, OfTheFittedMethodIsThatOfTheMiddleOfTheRange) {
  const ProgrammingCost cost = update_cost(cell("fitted"), 1000);
  const ProgrammingCost twin = fitted_cost(cell("fitted").programming, 1000, Siemens(20.5e-6));
  EXPECT_NEAR(cost.joules / twin.joules, 1.0, 1e-12);
  EXPECT_EQ(cost.pulses, 8000.0);
  EXPECT_EQ(cost.seconds, twin.seconds);
}

TEST(UpdateCost, PulseByPulseIsLinearInCells) {
  const ProgrammingCost one = update_cost(cell("write_verify"), 1);
  const ProgrammingCost many = update_cost(cell("write_verify"), 1e6);
  EXPECT_NEAR(many.joules / one.joules, 1e6, 1e-3);
  EXPECT_NEAR(many.pulses / one.pulses, 1e6, 1e-3);
  EXPECT_GT(one.pulses, 2.0);
  EXPECT_LT(one.pulses, 20.0);
  EXPECT_GT(one.cycles, 0.0);
}

TEST(UpdateCost, OfNoCellsIsNothing) {
  EXPECT_EQ(update_cost(cell("write_verify"), 0).joules.si(), 0.0);
  EXPECT_EQ(update_cost(cell("write_verify"), 0).seconds.si(), 0.0);
}

}  // namespace
}  // namespace ohm
