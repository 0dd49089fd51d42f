// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/float_engine.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

struct Wide {
  Weights weights;
  StaticMatmul matmul;

  Wide() {
    matmul.name = "wide";
    matmul.rows = 31;
    matmul.columns = 777;
    weights.matmul.push_back(tiny::random_tensor({31, 777}, 1));
    weights.bias.push_back(tiny::random_tensor({777}, 2));
  }
};

TEST(FloatEngine, MultipliesWithoutBias) {
  const Wide wide;
  const Tensor x = tiny::random_tensor({3, 31}, 3);
  const Tensor y = FloatEngine(wide.weights).multiply(wide.matmul, x, {});
  ASSERT_EQ(y.shape, (Shape{3, 777}));
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 777; ++j) {
      double sum = 0.0;
      for (Index k = 0; k < 31; ++k) {
        sum += static_cast<double>(x.row(i)[static_cast<size_t>(k)]) *
               static_cast<double>(wide.weights.matmul[0].row(k)[static_cast<size_t>(j)]);
      }
      EXPECT_NEAR(y.row(i)[static_cast<size_t>(j)], sum, 1e-5);
    }
  }
}

TEST(FloatEngine, GivesTheSameBitsForAnyNumberOfThreadsAndAnySplit) {
  const Wide wide;
  const Tensor x = tiny::random_tensor({6, 31}, 3);
  const Tensor once = FloatEngine(wide.weights, 1).multiply(wide.matmul, x, {});
  EXPECT_EQ(once, FloatEngine(wide.weights, 3).multiply(wide.matmul, x, {}));
  for (Index i = 0; i < 6; ++i) {
    const auto row = x.row(i), expected = once.row(i);
    const Tensor alone = FloatEngine(wide.weights)
                             .multiply(wide.matmul, Tensor({1, 31}, {row.begin(), row.end()}), {});
    EXPECT_EQ(alone.values, std::vector<float>(expected.begin(), expected.end()));
  }
}

TEST(FloatEngine, RefusesActivationsAndMatmulsItDoesNotKnow) {
  Wide wide;
  const FloatEngine engine(wide.weights);
  EXPECT_THROW(engine.multiply(wide.matmul, Tensor({2, 30}), {}), ArgumentError);
  EXPECT_THROW(engine.multiply(wide.matmul, Tensor({31}), {}), ArgumentError);
  wide.matmul.id = 1;
  EXPECT_THROW(engine.multiply(wide.matmul, Tensor({2, 31}), {}), ArgumentError);
}

}  // namespace
}  // namespace ohm
