// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/conversion_draw.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace ohm {
namespace {

TEST(ConversionDraw, ColumnsMayBeDrawnInAnyPieces) {
  const ConversionDraw draw({1, 2, 3}, 4);
  std::vector<float> whole(100), part(37);
  draw.normals({5, 6}, 0, whole);
  draw.normals({5, 6}, 11, part);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + 11));
}

TEST(ConversionDraw, StepsMayBeDrawnTogether) {
  const ConversionDraw draw({1, 2, 3}, 4);
  std::vector<float> together(3 * 37), alone(37);
  draw.step_normals({5, 6}, 3, 11, together);
  for (Index b = 0; b < 3; ++b) {
    draw.normals({5, 6 + b}, 11, alone);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + 37 * b));
  }
}

TEST(ConversionDraw, EveryChipMatrixTileTokenStepAndUseHasItsOwnNumbers) {
  std::set<std::vector<float>> seen;
  const auto add = [&](const ChipDraw& chip, Index tile, ConversionStep at) {
    std::vector<float> numbers(4);
    ConversionDraw(chip, tile).normals(at, 0, numbers);
    seen.insert(numbers);
  };
  add({1, 2, 3}, 4, {5, 6});
  add({2, 2, 3}, 4, {5, 6});
  add({1, 3, 3}, 4, {5, 6});
  add({1, 2, 4}, 4, {5, 6});
  add({1, 2, 3}, 5, {5, 6});
  add({1, 2, 3}, 4, {6, 6});
  add({1, 2, 3}, 4, {5, 7});
  std::vector<float> numbers(4);
  const ConversionDraw draw({1, 2, 3}, 4);
  draw.cell_normals({5, 6}, 0, numbers), seen.insert(numbers);
  draw.cell_normals({5, 6}, 1, numbers), seen.insert(numbers);
  draw.uniforms({5, 6}, 0, numbers), seen.insert(numbers);
  EXPECT_EQ(seen.size(), 10U);
}

}  // namespace
}  // namespace ohm
