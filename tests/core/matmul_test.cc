// SPDX-License-Identifier: Apache-2.0
#include "core/matmul.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"

namespace ohm {
namespace {

using Matrix = std::vector<float>;
using Product = void (*)(const GemmShape&, MatrixView<const float>, MatrixView<const float>,
                         MatrixView<float>, const float*);

const std::vector<GemmShape> kShapes = {{1, 1, 1},    {1, 3, 5},      {2, 16, 15},  {3, 17, 16},
                                        {4, 32, 17},  {5, 33, 33},    {6, 100, 64}, {9, 47, 100},
                                        {70, 65, 31}, {16, 128, 512}, {1, 257, 48}};

Matrix draw(Index rows, Index columns, std::uint32_t purpose) {
  Matrix x(static_cast<std::size_t>(rows * columns));
  fill_normal({1, 2, 3}, {purpose, 0, 0}, 0, x);
  return x;
}

float at(const Matrix& x, Index i) {
  return x[static_cast<std::size_t>(i)];
}

/// The documented order, one scalar operation after the other.
float plain_twin(const GemmShape& s, const Matrix& a, const Matrix& b, Index i, Index j) {
  float sum = 0;
  for (Index p = 0; p < s.k; ++p) {
    const float product = at(a, i * s.k + p) * at(b, p * s.n + j);
    sum = sum + product;
  }
  return sum;
}

float transposed_twin(const GemmShape& s, const Matrix& a, const Matrix& b, Index i, Index j) {
  float sum[16] = {};
  for (Index p = 0; p < s.k; ++p) {
    const float product = at(a, i * s.k + p) * at(b, j * s.k + p);
    sum[p % 16] = sum[p % 16] + product;
  }
  for (Index half = 8; half > 0; half /= 2) {
    for (Index p = 0; p < half; ++p) sum[p] = sum[p] + sum[p + half];
  }
  return sum[0];
}

struct Order {
  const char* name;
  Product product;
  float (*twin)(const GemmShape&, const Matrix&, const Matrix&, Index, Index);
  bool transposed;

  Index stride_of_b(const GemmShape& s) const { return transposed ? s.k : s.n; }
  Matrix run(const GemmShape& s, const Matrix& a, const Matrix& b, const float* bias) const {
    Matrix c(static_cast<std::size_t>(s.m * s.n), NAN);
    product(s, {a.data(), s.k}, {b.data(), stride_of_b(s)}, {c.data(), s.n}, bias);
    return c;
  }
};

class Matmul : public testing::TestWithParam<Order> {};

INSTANTIATE_TEST_SUITE_P(Orders, Matmul,
                         testing::Values(Order{"Plain", matmul_fixed_order, plain_twin, false},
                                         Order{"Transposed", matmul_transposed_fixed_order,
                                               transposed_twin, true}),
                         [](const auto& instance) { return instance.param.name; });

void on_every_target(const std::function<void()>& body) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    const testing::ScopedTrace trace(__FILE__, __LINE__, hwy::TargetName(target));
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST_P(Matmul, HasTheBitsOfItsScalarTwinOnEveryTarget) {
  on_every_target([] {
    for (const GemmShape& s : kShapes) {
      const Matrix a = draw(s.m, s.k, 1);
      const Matrix b = draw(s.k, s.n, 2);
      const Matrix bias = draw(1, s.n, 3);
      const Matrix c = GetParam().run(s, a, b, nullptr);
      const Matrix biased = GetParam().run(s, a, b, bias.data());
      for (Index i = 0; i < s.m; ++i) {
        for (Index j = 0; j < s.n; ++j) {
          const float twin = GetParam().twin(s, a, b, i, j);
          ASSERT_EQ(at(c, i * s.n + j), twin) << s.m << " x " << s.n << " x " << s.k;
          ASSERT_EQ(at(biased, i * s.n + j), twin + at(bias, j));
        }
      }
    }
  });
}

TEST_P(Matmul, AgreesWithDoublePrecision) {
  for (const GemmShape& s : kShapes) {
    const Matrix a = draw(s.m, s.k, 1);
    const Matrix b = draw(s.k, s.n, 2);
    const Matrix c = GetParam().run(s, a, b, nullptr);
    for (Index i = 0; i < s.m; ++i) {
      for (Index j = 0; j < s.n; ++j) {
        double sum = 0;
        double magnitude = 0;
        for (Index p = 0; p < s.k; ++p) {
          const float y = GetParam().transposed ? at(b, j * s.k + p) : at(b, p * s.n + j);
          sum += static_cast<double>(at(a, i * s.k + p)) * static_cast<double>(y);
          magnitude += std::abs(static_cast<double>(at(a, i * s.k + p)) * static_cast<double>(y));
        }
        // Higham's bound for any order of summation, gamma_k.
        const double bound = static_cast<double>(s.k) * 0x1p-24 * 1.01 * magnitude;
        ASSERT_NEAR(static_cast<double>(at(c, i * s.n + j)), sum, bound);
      }
    }
  }
}

TEST_P(Matmul, RowsDoNotDependOnHowTheBatchIsSplitOrOnThreads) {
  const GemmShape s{37, 83, 77};
  const Matrix a = draw(s.m, s.k, 1);
  const Matrix b = draw(s.k, s.n, 2);
  const Matrix whole = GetParam().run(s, a, b, nullptr);
  for (const Index piece : {1, 2, 3, 5, 36}) {
    Matrix split(whole.size());
    parallel_for(5, (s.m + piece - 1) / piece, [&](Index part) {
      const Index i = part * piece;
      GetParam().product({std::min(piece, s.m - i), s.n, s.k}, {a.data() + i * s.k, s.k},
                         {b.data(), GetParam().stride_of_b(s)}, {split.data() + i * s.n, s.n},
                         nullptr);
    });
    EXPECT_EQ(split, whole) << "pieces of " << piece;
  }
}

TEST_P(Matmul, LeavesTheGapBetweenRowsAlone) {
  const GemmShape s{3, 5, 4};
  const Matrix a = draw(s.m, 9, 1);
  const Matrix b = draw(6, 11, 2);
  Matrix c(3 * 8, -9.0F);
  GetParam().product(s, {a.data(), 9}, {b.data(), 11}, {c.data(), 8}, nullptr);
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 5; j < 8; ++j) EXPECT_EQ(at(c, i * 8 + j), -9.0F);
    for (Index j = 0; j < 5; ++j) EXPECT_NE(at(c, i * 8 + j), -9.0F);
  }
}

TEST_P(Matmul, OverAnEmptySumIsTheBias) {
  const Matrix bias = {1, 2, 3};
  Matrix c(6, 9);
  GetParam().product({2, 3, 0}, {nullptr, 0}, {nullptr, 3}, {c.data(), 3}, bias.data());
  EXPECT_EQ(c, (Matrix{1, 2, 3, 1, 2, 3}));
  GetParam().product({2, 3, 0}, {nullptr, 0}, {nullptr, 3}, {c.data(), 3}, nullptr);
  EXPECT_EQ(c, Matrix(6, 0));
  EXPECT_NO_THROW(GetParam().product({0, 3, 4}, {nullptr, 4}, {nullptr, 4}, {nullptr, 3}, nullptr));
}

TEST_P(Matmul, CarriesNanAndInfinityThrough) {
  Matrix a = draw(2, 20, 1);
  const Matrix b(20 * 3, 1.0F);
  a[3] = NAN;
  a[25] = INFINITY;
  const Matrix c = GetParam().run({2, 3, 20}, a, b, nullptr);
  for (Index j = 0; j < 3; ++j) {
    EXPECT_TRUE(std::isnan(at(c, j)));
    EXPECT_EQ(at(c, 3 + j), INFINITY);
  }
}

TEST_P(Matmul, RefusesBrokenOperands) {
  Matrix x(64);
  const MatrixView<const float> good{x.data(), 4};
  const Product product = GetParam().product;
  EXPECT_THROW(product({-1, 4, 4}, good, good, {x.data(), 4}, nullptr), ArgumentError);
  EXPECT_THROW(product({4, 4, 5}, good, good, {x.data(), 4}, nullptr), ArgumentError);
  EXPECT_THROW(product({4, 4, 4}, good, {x.data(), 3}, {x.data(), 4}, nullptr), ArgumentError);
  EXPECT_THROW(product({4, 4, 4}, good, good, {nullptr, 4}, nullptr), ArgumentError);
}

}  // namespace
}  // namespace ohm
