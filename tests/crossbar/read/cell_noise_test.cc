// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/cell_noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

TEST(CellNoise, AddsOneNormalOfItsSizeForEveryCellThatConducts) {
  const ExactOperand variances = make_exact(Matrix<float>(5, 3, 9.0F), 1);
  const std::vector<float> scale{1.0F, 4.0F, 0.0F};
  const CellNoise noise(variances, {1, 3}, scale);
  const ConversionDraw draw({1, 2, 3}, 4);
  const std::vector<std::int32_t> driven{2, 0, -1};
  std::vector<float> sum(3), first(3), third(3);
  noise.add_up(draw, {7, 8}, driven, sum);
  draw.cell_normals({7, 8}, 0, first);
  draw.cell_normals({7, 8}, 2, third);
  EXPECT_EQ(sum[0], 6.0F * first[0] + -3.0F * third[0]);
  EXPECT_EQ(sum[1], 12.0F * first[1] + -6.0F * third[1]);
  EXPECT_EQ(sum[2], 0.0F);
}

TEST(CellNoise, VarianceIsTheSumOverCells) {
  const auto codes = integers(40, 1, 0, 255, 1);
  Matrix<float> floats(40, 1);
  std::copy(codes.values.begin(), codes.values.end(), floats.values.begin());
  const std::vector<float> scale{0.5F};
  const CellNoise noise(make_exact(floats, 1), {0, 40}, scale);
  const auto driven = integers(1, 40, -7, 7, 2);
  double expected = 0.0, squares = 0.0;
  for (Index i = 0; i < 40; ++i) {
    expected += 0.5 * codes(i, 0) * driven(0, i) * driven(0, i);
  }
  const ConversionDraw draw({1, 2, 3}, 4);
  constexpr std::uint32_t kReads = 20000;
  for (std::uint32_t r = 0; r < kReads; ++r) {
    std::vector<float> sum(1);
    noise.add_up(draw, {r, 0}, driven.row(0), sum);
    squares += static_cast<double>(sum[0]) * static_cast<double>(sum[0]);
  }
  EXPECT_NEAR(squares / expected, kReads, 5.0 * std::sqrt(2.0 * kReads));
}

}  // namespace
}  // namespace ohm
