// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/carried_rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ohm {
namespace {

TEST(RoundAndCarry, SumsOfNeighboursAreOffByOneAtMost) {
  std::mt19937 random(1);
  std::exponential_distribution<double> size(4.0);
  Matrix<double> values(300, 7);
  for (double& value : values.values) value = std::min(size(random), 255.0);
  values(17, 3) = 255.0;
  const Matrix<float> whole = round_and_carry(values, 255.0);
  for (Index j = 0; j < values.cols; ++j) {
    for (Index first = 0; first < values.rows; ++first) {
      double exact = 0.0, rounded = 0.0;
      for (Index i = first; i < values.rows; ++i) {
        exact += values(i, j), rounded += static_cast<double>(whole(i, j));
        ASSERT_LE(std::abs(exact - rounded), 1.0 + 1e-9) << first << " to " << i;
      }
    }
  }
}

TEST(RoundAndCarry, StaysWithinTheRange) {
  Matrix<double> values(3, 1);
  values.values = {254.6, 255.0, 0.0};
  const Matrix<float> whole = round_and_carry(values, 255.0);
  EXPECT_EQ(whole.values, (std::vector<float>{255.0F, 255.0F, 0.0F}));
  values.values = {0.4, 255.0, 0.2};  // what the full entry cannot take, the next one does
  EXPECT_EQ(round_and_carry(values, 255.0).values, (std::vector<float>{0.0F, 255.0F, 1.0F}));
}

TEST(RoundAndCarry, LeavesWholeNumbersAlone) {
  Matrix<double> values(2, 2);
  values.values = {1.0, 0.0, 17.0, 255.0};
  EXPECT_EQ(round_and_carry(values, 255.0).values, (std::vector<float>{1.0F, 0.0F, 17.0F, 255.0F}));
}

}  // namespace
}  // namespace ohm
