// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/step_inputs.h"

#include <gtest/gtest.h>

#include <utility>

#include "crossbar/product/dot_kernel.h"
#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

/// Sums of values or of squares, in two parts, against 64-bit integers.
void expect_exact(Index vectors, Index low, Index high, bool squares) {
  auto driven = integers(vectors, 100, low, high, 1);
  const auto entries = integers(100, 33, squares ? 0 : -200, 255, 2);
  Matrix<float> floats(100, 33);
  std::copy(entries.values.begin(), entries.values.end(), floats.values.begin());
  const Index top = std::max(-low, high);
  const ExactOperand operand = make_exact(floats, top * top);
  const StepInputs inputs = make_step_inputs(driven, {&operand, squares ? &operand : nullptr});
  ColumnSums sums;
  sums.prepare(inputs, operand, {0, 100}, {0, 33}, squares);
  std::vector<std::int32_t> out;
  for (const auto& [first, count] :
       {std::pair{Index{0}, vectors / 3}, std::pair{vectors / 3, vectors - vectors / 3}}) {
    const std::int32_t* part = sums.of(first, count);
    out.insert(out.end(), part, part + count * 33);
  }
  if (squares) {
    for (auto& value : driven.values) value *= value;
  }
  const auto expected = integer_product(driven, entries);
  for (Index k = 0; k < expected.size(); ++k) {
    EXPECT_EQ(static_cast<double>(out[static_cast<size_t>(k)]),
              expected.values[static_cast<size_t>(k)]);
  }
}

TEST(StepInputs, SumsAreExactInEveryFormOfTheInputsOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index vectors : {Index{1}, kFewestPlanes - 1, kFewestPlanes, Index{200}}) {
      for (const bool squares : {false, true}) {
        expect_exact(vectors, 0, 1, squares);
        expect_exact(vectors, -1, 1, squares);
        expect_exact(vectors, 0, 15, squares);
        expect_exact(vectors, -127, 127, squares);
      }
    }
  });
}

TEST(StepInputs, OnlyManyOneBitStepsBecomePlanesWhereNoInstructionIsFaster) {
  const ExactOperand small = make_exact(Matrix<float>(3, 1, 5.0F), 3);
  const ExactOperand large = make_exact(Matrix<float>(3, 1, 500.0F), 3);
  const auto planes = [&](Index vectors, std::int32_t value, const ExactOperand& operand) {
    const Matrix<std::int32_t> driven(vectors, 3, value);
    const StepInputs inputs = make_step_inputs(driven, {&operand, nullptr});
    EXPECT_NE(inputs.planes.offsets.empty(), inputs.values.digits.empty());
    return !inputs.planes.offsets.empty();
  };
  on_every_instruction_set([&] {
    EXPECT_EQ(planes(kFewestPlanes, 1, small), !uses_tiles());
    EXPECT_EQ(planes(kFewestPlanes, 1, large), !has_dot_products());
    EXPECT_FALSE(planes(kFewestPlanes - 1, 1, small));
    EXPECT_FALSE(planes(kFewestPlanes, -1, small));
    EXPECT_FALSE(planes(kFewestPlanes, 2, small));
  });
}

TEST(StepInputs, BitsArePackedInTriplesOnlyForOperandsThatTakeThem) {
  const ExactOperand narrow = make_exact(Matrix<float>(244, 1, 127.0F), 1);  // 30988 in all
  const ExactOperand wide = make_exact(Matrix<float>(245, 1, 127.0F), 1);    // 31115
  const ByteInputs bits = make_byte_inputs(Matrix<std::int32_t>(6, 245, 1));
  const auto packs = [&](const ExactOperand& entries, const ExactOperand* of_squares) {
    return make_bit_inputs(bits, {&entries, of_squares}).values.triples.has_value();
  };
  on_every_instruction_set([&] {
    const bool may_pack = has_dot_products() && !uses_tiles();
    EXPECT_EQ(packs(narrow, nullptr), may_pack);
    EXPECT_FALSE(packs(wide, nullptr));
    EXPECT_EQ(packs(wide, &narrow), may_pack);
    EXPECT_FALSE(packs(wide, &wide));
  });
}

TEST(StepInputs, FewRowsAreNotPackedInTriples) {
  on_every_instruction_set([] {
    for (const Index rows : {1, 47, 48}) {
      const ExactOperand entries = make_exact(Matrix<float>(rows, 1, 300.0F), 1);
      const ByteInputs bits = make_byte_inputs(Matrix<std::int32_t>(6, rows, 1));
      EXPECT_EQ(make_bit_inputs(bits, {&entries, nullptr}).values.triples.has_value(),
                rows == 48 && has_dot_products() && !uses_tiles());
    }
  });
}

}  // namespace
}  // namespace ohm
