// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/dot_product.h"

#include <gtest/gtest.h>

#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

/// Integers of a range, and the same as floats.
struct Entries {
  Index rows, columns, low, high;
  Matrix<std::int32_t> values = integers(rows, columns, low, high, 2);

  ExactOperand operand(Index max_input) const {
    Matrix<float> floats(rows, columns);
    std::copy(values.values.begin(), values.values.end(), floats.values.begin());
    return make_exact(floats, max_input);
  }
};

/// All of the columns, a few vectors at a time.
void expect_exact(const Matrix<std::int32_t>& x, Index max_input, const Entries& entries) {
  const ByteInputs inputs = make_byte_inputs(x);
  const ExactOperand operand = entries.operand(max_input);
  DotProduct product;
  product.prepare(inputs, operand, {0, entries.rows}, {0, entries.columns});
  std::vector<std::int32_t> out(static_cast<size_t>(x.rows * entries.columns));
  for (Index v = 0; v < x.rows; v += 7) {
    product.multiply(v, std::min<Index>(7, x.rows - v), out.data() + v * entries.columns);
  }
  EXPECT_EQ(std::vector<double>(out.begin(), out.end()), integer_product(x, entries.values).values)
      << x.rows << " x " << entries.rows << " x " << entries.columns << ", entries " << entries.low
      << " to " << entries.high;
}

TEST(DotProduct, EqualsIntegerArithmeticForEveryShapeOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index vectors : {1, 8, 20}) {
      for (const Index rows : {1, 7, 8, 31, 33, 100}) {
        for (const Index columns : {1, 16, 33, 64, 65}) {
          const auto bits = integers(vectors, rows, 0, 1, 1);
          expect_exact(bits, 1, {rows, columns, -3, 3});
          expect_exact(bits, 1, {rows, columns, -32639, 32639});
          const auto bytes = integers(vectors, rows, -127, 127, 3);
          expect_exact(bytes, 127, {rows, columns, -32639, 32639});
        }
      }
    }
  });
}

TEST(DotProduct, EqualsIntegerArithmeticForEverySignAndSizeOfNumbersOnEveryInstructionSet) {
  struct Inputs {
    Index low, high;
  };
  on_every_instruction_set([] {
    for (const Inputs x : {Inputs{0, 1},
                           {0, 255},
                           {-1, 1},
                           {-127, 127},
                           {-255, 255},
                           {-300, 300},
                           {0, 16129},
                           {0, 32767},
                           {0, 32768},
                           {0, 65025},
                           {-40000, 40000}}) {
      const Index top = std::max(x.high, -x.low);
      for (const Index reach : {3, 127, 255, 400, 32639, 32896, 8'000'000, 16'000'000}) {
        if (top * reach * 100 > 2'147'483'647) continue;  // 100 rows beyond int32
        const auto values = integers(6, 100, x.low, x.high, 1);
        for (const Index lowest : {-reach, Index{0}, reach / 2}) {
          expect_exact(values, top, {100, 40, lowest, reach});
        }
      }
    }
  });
}

TEST(DotProduct, DigitsThatFillSixteenBitsAreNotJoined) {
  on_every_instruction_set([] {
    for (const Index low : {-32767, -32768, -32769, -32896}) {
      const ExactOperand operand = Entries{40, 40, low, low}.operand(1);
      EXPECT_EQ(operand.digits.size(), 2U);
      expect_exact(integers(9, 40, 0, 1, 1), 1, {40, 40, low, low});
    }
  });
}

/// Bits in triples, from vectors that start one and that start none.
void expect_exact_triples(const Entries& entries) {
  const auto bits = integers(20, entries.rows, 0, 1, 1);
  ByteInputs inputs = make_byte_inputs(bits);
  pack_triples(inputs);
  const ExactOperand operand = entries.operand(1);
  DotProduct product;
  product.prepare(inputs, operand, {0, entries.rows}, {0, entries.columns});
  const auto expected = integer_product(bits, entries.values);
  for (const Index step : {1, 2, 3, 5, 12, 20}) {
    std::vector<std::int32_t> out(static_cast<size_t>(20 * entries.columns));
    for (Index v = 0; v < 20; v += step) {
      product.multiply(v, std::min<Index>(step, 20 - v), out.data() + v * entries.columns);
    }
    EXPECT_EQ(std::vector<double>(out.begin(), out.end()), expected.values)
        << entries.rows << " rows, " << entries.low << " to " << entries.high << ", by " << step;
  }
}

TEST(DotProduct, TriplesOfBitsGiveTheSameSumsOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const Index columns : {1, 33, 64}) {
      expect_exact_triples({100, columns, -32639, 32639});
      expect_exact_triples({256, columns, -32639, 32639});
      expect_exact_triples({100, columns, 0, 255});  // one byte with a bias
      expect_exact_triples({100, columns, -8'000'000, 8'000'000});
    }
  });
}

TEST(DotProduct, SumsTooLargeToBeToldApartAreMadeOneByOne) {
  for (const Index low : {127, -128}) {
    expect_exact_triples({244, 20, low, low});   // 30988 or 31232, about the limit
    expect_exact_triples({1000, 20, low, low});  // far beyond
  }
}

TEST(DotProduct, UsesOnlyTheRowsAndColumnsAsked) {
  const Entries entries{40, 90, -20000, 20000};
  const ExactOperand operand = entries.operand(127);
  const auto x = integers(3, 9, -127, 127, 9);
  const ByteInputs inputs = make_byte_inputs(x);
  DotProduct product;
  for (const ColumnRange columns : {ColumnRange{21, 20}, ColumnRange{26, 64}}) {
    product.prepare(inputs, operand, {30, 9}, columns);
    std::vector<std::int32_t> out(static_cast<size_t>(3 * columns.columns));
    product.multiply(0, 3, out.data());
    for (Index v = 0; v < 3; ++v) {
      for (Index j = 0; j < columns.columns; ++j) {
        std::int32_t sum = 0;
        for (Index i = 0; i < 9; ++i) {
          sum += x(v, i) * entries.values(30 + i, columns.first + j);
        }
        EXPECT_EQ(out[static_cast<size_t>(v * columns.columns + j)], sum);
      }
    }
  }
}

TEST(DotProduct, EmptyOperandsGiveEmptyProducts) {
  DotProduct product;
  const ExactOperand none = make_exact(Matrix<float>(0, 1), 1);
  const ByteInputs inputs = make_byte_inputs(Matrix<std::int32_t>(2, 0));
  product.prepare(inputs, none, {0, 0}, {0, 1});
  std::vector<std::int32_t> out(2, 7);
  product.multiply(0, 2, out.data());
  EXPECT_EQ(out, (std::vector<std::int32_t>{0, 0}));
  product.multiply(0, 0, nullptr);
}

}  // namespace
}  // namespace ohm
