// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/sum_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

constexpr Index kSteps = 3, kColumns = 45, kStride = 50;

std::vector<float> normals(Index n, std::uint32_t seed) {
  std::vector<float> out(static_cast<size_t>(n));
  fill_normal({seed, 0, 1}, {}, 0, out);
  return out;
}

std::vector<float> magnitudes(Index n, float unit, std::uint32_t seed) {
  std::vector<float> out = normals(n, seed);
  for (float& value : out) value = std::abs(value) * unit;
  return out;
}

/// Sums of some steps over columns, with everything that goes with them.
struct Block {
  Matrix<std::int32_t> sums = integers(kSteps, kStride, -3'000'000, 3'000'000, 1);
  Matrix<std::int32_t> variances = integers(kSteps, kStride, 0, 65535, 2);
  std::vector<float> normal = normals(kSteps * kStride, 3);
  std::vector<float> scale = magnitudes(kColumns, 1e-4F, 4);
  std::vector<float> unit = magnitudes(kColumns, 1e-3F, 5);
  std::vector<float> floor = magnitudes(kColumns, 0.3F, 6);

  StepSums steps() const {
    return {sums.values.data(), variances.values.data(), normal.data(), kSteps, kColumns, kStride};
  }
  /// 0: silent; 1: noise of the converter alone; 2: of the cells as well.
  ColumnScales scales(int noise) const {
    return {scale.data(), noise > 1 ? unit.data() : nullptr, noise > 0 ? floor.data() : nullptr};
  }
  float steps_of(int noise, Index step, Index j) const {
    const auto at = static_cast<size_t>(step * kStride + j);
    return in_steps(scales(noise), j, sums.values[at], variances.values[at], normal[at]);
  }
};

TEST(SumKernel, StepsEqualTheReadableTwinBitForBitOnEveryInstructionSet) {
  const Block block;
  on_every_instruction_set([&] {
    for (int noise = 0; noise < 3; ++noise) {
      std::vector<float> out(kSteps * kStride, -7.0F);
      to_steps(block.scales(noise), block.steps(), out.data());
      for (Index step = 0; step < kSteps; ++step) {
        for (Index j = 0; j < kStride; ++j) {
          EXPECT_EQ(out[static_cast<size_t>(step * kStride + j)],
                    j < kColumns ? block.steps_of(noise, step, j) : -7.0F);
        }
      }
    }
  });
}

TEST(SumKernel, NoiseHasTheVarianceOfCellsAndConverter) {
  const float scale = 0.5F, unit = 0.25F, floor = 4.0F;
  EXPECT_EQ(in_steps({&scale, &unit, &floor}, 0, 10.0, 48.0, 1.0F), 5.0F + 4.0F);
  EXPECT_EQ(in_steps({&scale, nullptr, &floor}, 0, 10.0, 48.0, -1.0F), 5.0F - 2.0F);
  EXPECT_EQ(in_steps({&scale, nullptr, nullptr}, 0, 10.0, 48.0, 1.0F), 5.0F);
}

/// What the outputs of one input vector are after its codes were added to 3.
std::vector<double> with_codes(const Block& block, int noise, const IdealCodes& codes,
                               Index& cuts) {
  std::vector<double> y(kColumns, 3.0);
  for (Index j = 0; j < kColumns; ++j) {
    double total = 0.0;
    for (Index step = 0; step < kSteps; ++step) {
      const float code = std::nearbyint(block.steps_of(noise, step, j));
      const float cut = std::clamp(code, codes.low, codes.high);
      cuts += cut != code ? 1 : 0;
      total += static_cast<double>(codes.weights[step] * cut);
    }
    y[static_cast<size_t>(j)] += (0.25 + static_cast<double>(j)) * total;
  }
  return y;
}

TEST(SumKernel, IdealCodesAreRoundedCutAndWeightedOnEveryInstructionSet) {
  const Block block;
  const std::vector<float> weights{1.0F, 4.0F, -64.0F};
  std::vector<double> factor(kColumns, 0.25);
  for (size_t j = 0; j < kColumns; ++j) factor[j] += static_cast<double>(j);
  for (const float high : {1.0F, 127.0F, 255.0F}) {
    const IdealCodes codes{high == 255.0F ? 0.0F : -high, high, weights.data()};
    for (int noise = 0; noise < 3; ++noise) {
      Index cuts = 0;
      const std::vector<double> expected = with_codes(block, noise, codes, cuts);
      on_every_instruction_set([&] {
        std::vector<double> y(kColumns, 3.0);
        EXPECT_EQ(add_ideal_codes(block.scales(noise), block.steps(), codes,
                                  {factor.data(), y.data(), 1, kColumns}),
                  cuts);
        EXPECT_EQ(y, expected);
      });
    }
  }
}

TEST(SumKernel, SeveralInputVectorsAreConvertedAtOnce) {
  const Block block;
  const std::vector<double> factor(kColumns, 0.5);
  const float weight = 1.0F;
  const IdealCodes codes{-127.0F, 127.0F, &weight};
  StepSums one = block.steps();
  one.n_steps = 1;  // so that the three steps are three vectors
  on_every_instruction_set([&] {
    std::vector<double> together(kSteps * kStride, 1.0), alone = together;
    Index cuts = 0;
    for (Index v = 0; v < kSteps; ++v) {
      StepSums sums = one;
      sums.sums += v * kStride;
      cuts += add_ideal_codes(block.scales(0), sums, codes,
                              {factor.data(), alone.data() + v * kStride, 1, kStride});
    }
    EXPECT_EQ(add_ideal_codes(block.scales(0), one, codes,
                              {factor.data(), together.data(), kSteps, kStride}),
              cuts);
    EXPECT_EQ(together, alone);
  });
}

TEST(SumKernel, HalvesGoToTheEvenCode) {
  const std::vector<std::int32_t> sums{1, 3, 5, -1, -3, 255};  // 0.5, 1.5, 2.5, -0.5, -1.5, 127.5
  const std::vector<float> scale(6, 0.5F);
  const std::vector<double> factor(6, 1.0);
  const float weight = 1.0F;
  std::vector<double> y(6, 0.0);
  const Index cuts =
      add_ideal_codes({scale.data(), nullptr, nullptr}, {sums.data(), nullptr, nullptr, 1, 6, 6},
                      {-127.0F, 127.0F, &weight}, {factor.data(), y.data(), 1, 6});
  EXPECT_EQ(y, (std::vector<double>{0.0, 2.0, 2.0, 0.0, -2.0, 127.0}));
  EXPECT_EQ(cuts, 1);
}

TEST(SumKernel, SumsFarBeyondTheCodesAreCutOnEveryInstructionSet) {
  const std::vector<std::int32_t> sums{4194303,  4194304,    8388609,   12582913,
                                       16777217, 2147483647, -4194303,  -4194304,
                                       -8388609, -12582913,  -16777217, -2147483647};
  const float high = 2097151.0F, weight = 1.0F;  // 2^21 - 1, the largest code
  const std::vector<double> factor(12, 1.0);
  for (const float size : {1.0F, 1e6F, 1e30F}) {  // the last reaches infinity
    const std::vector<float> scale(12, size);
    on_every_instruction_set([&] {
      std::vector<double> y(12, 0.0);
      EXPECT_EQ(add_ideal_codes({scale.data(), nullptr, nullptr},
                                {sums.data(), nullptr, nullptr, 1, 12, 12}, {-high, high, &weight},
                                {factor.data(), y.data(), 1, 12}),
                12);
      const double most = static_cast<double>(high);
      for (size_t j = 0; j < 12; ++j) EXPECT_EQ(y[j], sums[j] > 0 ? most : -most);
    });
  }
}

TEST(SumKernel, RowsAddUpAsWrittenOnEveryInstructionSet) {
  const std::vector<float> codes = normals(kColumns, 8);
  on_every_instruction_set([&] {
    const std::vector<double> factor(codes.rbegin(), codes.rend());
    std::vector<double> z(kColumns, 0.125);
    add_row(factor.data(), 0.7, kColumns, z.data());
    std::vector<float> products(kColumns, 0.125F);
    add_products(codes.data(), codes.data(), 3.0F, kColumns, products.data());
    for (size_t j = 0; j < codes.size(); ++j) {
      EXPECT_EQ(z[j], 0.125 + (factor[j] + 0.7));
      EXPECT_EQ(products[j], 0.125F + 3.0F * codes[j] * codes[j]);
    }
  });
}

}  // namespace
}  // namespace ohm
