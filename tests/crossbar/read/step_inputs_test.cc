// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/step_inputs.h"

#include <gtest/gtest.h>

#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Sums by column_sums() or column_square_sums() against 64-bit integers.
void expect_exact(Index vectors, Index low, Index high, bool squares) {
  auto driven = integers(vectors, 100, low, high, 1);
  const auto entries = integers(100, 33, squares ? 0 : -200, 255, 2);
  Matrix<float> floats(100, 33);
  std::copy(entries.values.begin(), entries.values.end(), floats.values.begin());
  const Index top = std::max(-low, high);
  const StepInputs inputs = make_step_inputs(driven, top, squares);
  SumScratch scratch;
  std::vector<std::int32_t> out(static_cast<size_t>((vectors + 1) * 33));
  const ExactOperand operand = make_exact(floats, top * top);
  (squares ? column_square_sums : column_sums)(inputs, operand, {0, 100}, {0, 33}, scratch, out);
  if (squares) {
    for (auto& value : driven.values) value *= value;
  }
  const auto expected = integer_product(driven, entries);
  for (Index k = 0; k < expected.size(); ++k) {
    EXPECT_EQ(static_cast<double>(out[static_cast<size_t>(k)]),
              expected.values[static_cast<size_t>(k)]);
  }
}

TEST(StepInputs, SumsAreExactInEitherFormOfTheInputs) {
  for (const Index vectors : {Index{1}, kFewestPlanes - 1, kFewestPlanes, Index{200}}) {
    for (const bool squares : {false, true}) {
      expect_exact(vectors, 0, 1, squares);
      expect_exact(vectors, -1, 1, squares);
      expect_exact(vectors, 0, 15, squares);
      expect_exact(vectors, -127, 127, squares);
    }
  }
}

TEST(StepInputs, OnlyManyOneBitStepsBecomePlanes) {
  EXPECT_TRUE(make_step_inputs(Matrix<std::int32_t>(kFewestPlanes, 3, 1), 1, true).as_planes);
  EXPECT_FALSE(make_step_inputs(Matrix<std::int32_t>(kFewestPlanes - 1, 3, 1), 1, true).as_planes);
  EXPECT_FALSE(make_step_inputs(Matrix<std::int32_t>(kFewestPlanes, 3, -1), 1, true).as_planes);
  EXPECT_FALSE(make_step_inputs(Matrix<std::int32_t>(kFewestPlanes, 3, 2), 3, true).as_planes);
}

}  // namespace
}  // namespace ohm
