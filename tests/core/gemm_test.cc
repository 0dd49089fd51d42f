// SPDX-License-Identifier: Apache-2.0
#include "core/gemm.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "core/error.h"

// From the OpenMP run time that oneDNN brings along.
extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int);
}

namespace ohm {
namespace {

std::size_t size_of(Index rows, Index columns) {
  return static_cast<std::size_t>(rows * columns);
}

template <class T>
std::vector<T> random_integers(std::size_t n, int low, int high, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_int_distribution<int> draw(low, high);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(draw(engine));
  return x;
}

template <class A, class B>
std::int64_t dot(const GemmShape& s, const std::vector<A>& a, const std::vector<B>& b, Index i,
                 Index j) {
  std::int64_t sum = 0;
  for (Index p = 0; p < s.k; ++p) {
    sum += static_cast<std::int64_t>(a[static_cast<std::size_t>(i * s.k + p)]) *
           static_cast<std::int64_t>(b[static_cast<std::size_t>(p * s.n + j)]);
  }
  return sum;
}

const std::vector<GemmShape> kShapes = {{1, 1, 1},    {1, 1, 300},   {1, 33, 128},   {7, 1, 65},
                                        {3, 5, 2},    {17, 31, 63},  {64, 128, 128}, {65, 129, 127},
                                        {5, 16, 512}, {2, 200, 513}, {128, 48, 1000}};

using Int8Product = void (*)(const GemmShape&, MatrixView<const std::uint8_t>,
                             MatrixView<const std::int8_t>, MatrixView<std::int32_t>);

class GemmU8S8 : public testing::TestWithParam<Int8Product> {
 protected:
  static void expect_exact(const GemmShape& s, const std::vector<std::uint8_t>& a,
                           const std::vector<std::int8_t>& b) {
    std::vector<std::int32_t> c(size_of(s.m, s.n), -7);
    GetParam()(s, {a.data(), s.k}, {b.data(), s.n}, {c.data(), s.n});
    for (Index i = 0; i < s.m; ++i) {
      for (Index j = 0; j < s.n; ++j) {
        ASSERT_EQ(c[static_cast<std::size_t>(i * s.n + j)], dot(s, a, b, i, j))
            << s.m << " x " << s.n << " x " << s.k << " at " << i << ", " << j;
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Kernels, GemmU8S8, testing::Values(gemm_u8s8, gemm_u8s8_widened),
                         [](const auto& instance) {
                           return instance.param == gemm_u8s8 ? "Dispatched" : "Widened";
                         });

TEST_P(GemmU8S8, IsExactForRandomOperands) {
  for (const GemmShape& s : kShapes) {
    expect_exact(s, random_integers<std::uint8_t>(size_of(s.m, s.k), 0, 255, 1),
                 random_integers<std::int8_t>(size_of(s.k, s.n), -128, 127, 2));
  }
}

TEST_P(GemmU8S8, IsExactWhereSixteenBitPairsWouldSaturate) {
  for (const int weight : {-128, 127}) {
    for (const GemmShape& s : kShapes) {
      expect_exact(s, std::vector<std::uint8_t>(size_of(s.m, s.k), 255),
                   std::vector<std::int8_t>(size_of(s.k, s.n), static_cast<std::int8_t>(weight)));
    }
  }
}

TEST_P(GemmU8S8, IsExactUpToTheDeepestSumInt32Holds) {
  for (const GemmShape& s : {GemmShape{3, 17, kMaxInt8Depth}, GemmShape{1, 2, 65001}}) {
    expect_exact(s, std::vector<std::uint8_t>(size_of(s.m, s.k), 255),
                 std::vector<std::int8_t>(size_of(s.k, s.n), -128));
  }
}

TEST_P(GemmU8S8, RefusesDeeperSums) {
  const std::uint8_t a = 0;
  const std::int8_t b = 0;
  std::int32_t c = 0;
  EXPECT_THROW(GetParam()({1, 1, kMaxInt8Depth + 1}, {&a, kMaxInt8Depth + 1}, {&b, 1}, {&c, 1}),
               ArgumentError);
}

TEST_P(GemmU8S8, OverAnEmptySumIsZero) {
  std::vector<std::int32_t> c(6, 9);
  GetParam()({2, 3, 0}, {nullptr, 0}, {nullptr, 3}, {c.data(), 3});
  EXPECT_EQ(c, std::vector<std::int32_t>(6, 0));
  EXPECT_NO_THROW(GetParam()({0, 3, 4}, {nullptr, 4}, {nullptr, 3}, {nullptr, 3}));
}

TEST(Gemm, IsExactForIntegersBelowTwentyFourBits) {
  for (const GemmShape& s : kShapes) {
    const auto a = random_integers<float>(size_of(s.m, s.k), -127, 127, 3);
    const auto b = random_integers<float>(size_of(s.k, s.n), -127, 127, 4);
    std::vector<float> c(size_of(s.m, s.n), 5.0F);
    gemm(s, {a.data(), s.k}, {b.data(), s.n}, {c.data(), s.n});
    for (Index i = 0; i < s.m; ++i) {
      for (Index j = 0; j < s.n; ++j) {
        ASSERT_EQ(c[static_cast<std::size_t>(i * s.n + j)], static_cast<float>(dot(s, a, b, i, j)));
      }
    }
  }
}

TEST(Gemm, AccumulatesOntoWhatIsThere) {
  const std::vector<float> a = {1, 2, 3, 4};
  const std::vector<float> b = {5, 6, 7, 8};
  std::vector<float> c = {100, 200, 300, 400};
  gemm({2, 2, 2}, {a.data(), 2}, {b.data(), 2}, {c.data(), 2}, GemmOutput::accumulate);
  EXPECT_EQ(c, (std::vector<float>{119, 222, 343, 450}));
}

TEST(Gemm, OverwritesWithoutReadingWhatIsThere) {
  const float a = 2;
  const float b = 3;
  float c = std::numeric_limits<float>::quiet_NaN();
  gemm({1, 1, 1}, {&a, 1}, {&b, 1}, {&c, 1});
  EXPECT_EQ(c, 6);
}

TEST(Gemm, LeavesTheGapBetweenRowsAlone) {
  const std::vector<float> a = {1, 2, -1, 3, 4, -1};
  const std::vector<float> b = {5, 6, -1, -1, 7, 8, -1, -1};
  std::vector<float> c(10, -9);
  gemm({2, 2, 2}, {a.data(), 3}, {b.data(), 4}, {c.data(), 5});
  EXPECT_EQ(c, (std::vector<float>{19, 22, -9, -9, -9, 43, 50, -9, -9, -9}));
}

TEST(Gemm, OverAnEmptySumIsZeroOrKeepsTheAccumulator) {
  std::vector<float> c(6, 9);
  gemm({2, 3, 0}, {nullptr, 0}, {nullptr, 3}, {c.data(), 3}, GemmOutput::accumulate);
  EXPECT_EQ(c, std::vector<float>(6, 9));
  gemm({2, 3, 0}, {nullptr, 0}, {nullptr, 3}, {c.data(), 3});
  EXPECT_EQ(c, std::vector<float>(6, 0));
  EXPECT_NO_THROW(gemm({0, 3, 4}, {nullptr, 4}, {nullptr, 3}, {nullptr, 3}));
  EXPECT_NO_THROW(gemm({3, 0, 4}, {nullptr, 4}, {nullptr, 0}, {nullptr, 0}));
}

TEST(Gemm, RefusesBrokenOperands) {
  std::vector<float> x(16);
  const MatrixView<const float> a{x.data(), 2};
  EXPECT_THROW(gemm({-1, 2, 2}, a, a, {x.data(), 2}), ArgumentError);
  EXPECT_THROW(gemm({2, 2, 3}, a, a, {x.data(), 2}), ArgumentError);
  EXPECT_THROW(gemm({2, 2, 2}, a, {nullptr, 2}, {x.data(), 2}), ArgumentError);
  EXPECT_THROW(gemm({2, 2, 2}, a, a, {x.data(), 1}), ArgumentError);
}

Index threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

TEST(Gemm, StartsNoThreadsAndKeepsTheCallersOpenMpSetting) {
  const std::vector<float> x(512 * 512, 1);
  const std::vector<std::uint8_t> u(512 * 512, 1);
  const std::vector<std::int8_t> w(512 * 512, 1);
  std::vector<float> c(512 * 512);
  std::vector<std::int32_t> c32(512 * 512);
  const GemmShape s{512, 512, 512};
  const auto multiply = [&] {
    omp_set_num_threads(4);
    const Index before = threads_of_this_process();
    gemm(s, {x.data(), 512}, {x.data(), 512}, {c.data(), 512});
    gemm_u8s8(s, {u.data(), 512}, {w.data(), 512}, {c32.data(), 512});
    EXPECT_EQ(threads_of_this_process(), before);
    EXPECT_EQ(omp_get_max_threads(), 4);
    omp_set_num_threads(1);
  };
  multiply();
  std::thread(multiply).join();
}

}  // namespace
}  // namespace ohm
