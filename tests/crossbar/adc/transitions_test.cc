// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/transitions.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(Transitions, OfAConverterThatDecidesInOrderTheRampFindsTheThresholds) {
  const CodeRange codes{-2.0, 2.0};
  const std::vector<double> thresholds{-1.6, -0.5, -0.5, 1.25};
  EXPECT_EQ(in_order(thresholds, codes).codes, (std::vector<double>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(code_density_thresholds(in_order(thresholds, codes), codes), thresholds);
}

TEST(Transitions, ACodeThatIsMetTwiceHasBothWidths) {
  // code 1 on [0, 1) and again on [3, 3.5)
  const Transitions back{{0.0, 1.0, 3.0, 3.5}, {0, 1, 2, 1, 3}};
  EXPECT_EQ(code_density_thresholds(back, {0.0, 3.0}), (std::vector<double>{0.0, 1.5, 3.5}));
}

TEST(Transitions, AConverterThatIsStuckHasNoWidths) {
  EXPECT_EQ(code_density_thresholds({{}, {3.0}}, {0.0, 3.0}).size(), 3U);
  EXPECT_EQ((CodeRange{-1.5, 1.5}).size(), 4);
}

}  // namespace
}  // namespace ohm
