// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/ideal.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(IdealAdc, ChangesNothingAndClipsNothing) {
  std::vector<double> sums{-1e12, -0.3, 0.0, 0.3, 1e12};
  const auto before = sums;
  EXPECT_EQ(IdealAdc().convert(sums, IdealAdc().transfer(true), {}), 0);
  EXPECT_EQ(sums, before);
}

}  // namespace
}  // namespace ohm
