// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/ideal.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(IdealDevice, NeverErrs) {
  const DeviceSpec cell;
  for (const double g : {0.0, 1e-6, 40e-6}) {
    EXPECT_EQ(IdealDevice().programming_sigma(Siemens(g), cell).si(), 0.0);
  }
}

}  // namespace
}  // namespace ohm
