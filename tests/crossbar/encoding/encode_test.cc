// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/encode.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

MacroSpec spec_of(const std::string& encoding, Index bits, std::vector<Index> slices) {
  MacroSpec spec;
  spec.weight.encoding = encoding;
  spec.weight.bits = bits;
  spec.weight.slice_bits = std::move(slices);
  spec.array.n_wordlines = spec.array.rows_active = 16;
  return spec;
}

std::vector<MacroSpec> every_encoding() {
  return {spec_of("differential", 8, {2, 2, 2, 2}),
          spec_of("differential", 8, {7}),
          spec_of("differential_two_sided", 8, {1, 3, 3}),
          spec_of("offset_column", 8, {4, 4}),
          spec_of("twos_complement", 8, {1, 3, 4}),
          spec_of("isaac_flip", 8, {2, 2, 2, 2}),
          spec_of("isaac_flip", 6, {6}),
          spec_of("centre_offset", 8, {4, 2, 2}),
          spec_of("centre_offset", 8, {8})};
}

/// What the cells of one weight stand for: Σ scale · digits, signs, and the correction of one x
/// = 1.
double decoded(const Macro& macro, const EncodedTile& tile, Index i, Index j) {
  const Index outputs = tile.level[0].cols / std::ssize(macro.weight_slices);
  const Index group = i / inputs_per_group(macro.spec);
  double sum = 0.0;
  for (size_t s = 0; s < macro.weight_slices.size(); ++s) {
    const WeightSlice& slice = macro.weight_slices[s];
    const Index column = static_cast<Index>(s) * outputs + j;
    double digit = tile.level[0](i, column);
    if (tile.level[1].rows > 0) digit -= tile.level[1](i, column);
    const Matrix<float>& sign = tile.recombination.sign;
    if (sign.rows > 0) digit *= static_cast<double>(sign(group, column));
    sum += slice.scale * digit / static_cast<double>(slice.levels_per_digit);
  }
  const Matrix<double>& factor = tile.recombination.input_sum;
  return sum + (factor.rows > 0 ? factor(group, j) : 0.0);
}

TEST(Encode, EveryEncodingStoresEveryWeight) {
  for (const MacroSpec& spec : every_encoding()) {
    const Macro macro = compile_macro(spec);
    const WeightRange range = weight_range(spec.weight);
    Matrix<std::int32_t> w(16, (range.high - range.low + 16) / 16 + 1);
    for (size_t k = 0; k < w.values.size(); ++k) {
      w.values[k] = static_cast<std::int32_t>(range.low +
                                              static_cast<Index>(k) % (range.high - range.low + 1));
    }
    const EncodedTile tile = encode(macro, w, {0, 16});
    for (Index i = 0; i < w.rows; ++i) {
      for (Index j = 0; j < w.cols; ++j) {
        ASSERT_EQ(decoded(macro, tile, i, j), w(i, j)) << spec.weight.encoding;
      }
    }
  }
}

TEST(Encode, LevelsStayWithinTheCell) {
  for (const MacroSpec& spec : every_encoding()) {
    const Macro macro = compile_macro(spec);
    const auto w = integers(16, 40, -31, 31, 5);
    const EncodedTile tile = encode(macro, w, {0, 16});
    for (const auto& level : tile.level) {
      for (Index column = 0; column < level.cols; ++column) {
        const auto s = static_cast<size_t>(column / 40);
        for (Index i = 0; i < level.rows; ++i) {
          ASSERT_LE(level(i, column), macro.weight_slices[s].top_level()) << spec.weight.encoding;
        }
      }
    }
  }
}

TEST(Encode, ATwoSidedPairHasAConstantSum) {
  const Macro macro = compile_macro(spec_of("differential_two_sided", 8, {7}));
  const EncodedTile tile = encode(macro, integers(16, 9, -127, 127, 6), {0, 16});
  for (size_t k = 0; k < tile.level[0].values.size(); ++k) {
    EXPECT_EQ(tile.level[0].values[k] + tile.level[1].values[k], 254);
  }
}

TEST(Encode, NoFlippedColumnCanPassHalfScale) {
  const Macro macro = compile_macro(spec_of("isaac_flip", 8, {2, 2, 2, 2}));
  const EncodedTile tile = encode(macro, integers(16, 64, -128, 127, 7), {0, 16});
  for (Index column = 0; column < tile.level[0].cols; ++column) {
    Index sum = 0;
    for (Index i = 0; i < 16; ++i) sum += tile.level[0](i, column);
    EXPECT_LE(2 * sum, 16 * 3);
  }
}

TEST(Encode, CentresMakeColumnSumsSmallerThanOneSidedPairs) {
  Matrix<std::int32_t> w = integers(16, 32, -40, 40, 8);
  for (std::int32_t& value : w.values) value += 60;  // columns with a mean, as after a ReLU
  const auto largest = [&](const MacroSpec& spec) {
    const Macro macro = compile_macro(spec);
    const EncodedTile tile = encode(macro, w, {0, 16});
    Index worst = 0;
    for (Index column = 0; column < tile.level[0].cols; ++column) {
      Index sum = 0;
      for (Index i = 0; i < 16; ++i) sum += tile.level[0](i, column) - tile.level[1](i, column);
      worst = std::max(worst, std::abs(sum));
    }
    return worst;
  };
  EXPECT_LT(2 * largest(spec_of("centre_offset", 8, {8})),
            largest(spec_of("differential", 8, {7})));
}

TEST(Encode, XnorPutsAWeightAndItsComplementOnNeighbouringWordlines) {
  MacroSpec spec = spec_of("xnor", 1, {1});
  spec.input.bits = 1;
  const Macro macro = compile_macro(spec);
  Matrix<std::int32_t> w(3, 2, 1);
  w(1, 1) = -1;
  const EncodedTile tile = encode(macro, w, {0, 3});
  EXPECT_EQ(tile.level[0].rows, 6);
  EXPECT_EQ(tile.level[0](2, 0), 1);
  EXPECT_EQ(tile.level[0](3, 0), 0);
  EXPECT_EQ(tile.level[0](2, 1), 0);
  EXPECT_EQ(tile.level[0](3, 1), 1);
  EXPECT_EQ(tile.recombination.constant, -3.0);
}

}  // namespace
}  // namespace ohm
