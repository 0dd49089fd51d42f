// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

using Block = std::array<std::uint32_t, 4>;

constexpr StreamKey kKey{20260725, 3, 7};
constexpr Counter kCounter{11, 5, 2};

/// Largest distance between the empirical and the exact distribution function.
template <class Cdf>
double kolmogorov_smirnov(std::vector<float> x, const Cdf& cdf) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double d = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = cdf(static_cast<double>(x[i]));
    d = std::max({d, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return d;
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

double mean_power(const std::vector<float>& x, int power) {
  double sum = 0;
  for (const float v : x) sum += std::pow(static_cast<double>(v), power);
  return sum / static_cast<double>(x.size());
}

std::vector<float> normals(StreamKey key, Counter counter, std::size_t n) {
  std::vector<float> x(n);
  fill_normal(key, counter, 0, x);
  return x;
}

// Published with Random123 (tests/kat_vectors, lines "philox4x32 10").
TEST(Random, PhiloxGivesThePublishedKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0}, 0, {0, 0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, 0xffffff, 0xff}, ones, {ones, ones, ones}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0xa4093822, 0x299f31, 0xd0}, 0x243f6a88, {0x85a308d3, 0x13198a2e, 0x03707344}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, UniformsAreTheHalfOffsetWords) {
  for (Index i : {Index{0}, Index{1}, Index{6}, Index{4095}, kSequenceLength - 1}) {
    const Block block = philox(kKey, static_cast<std::uint32_t>(i / 4), kCounter);
    const double word = block[static_cast<std::size_t>(i % 4)];
    EXPECT_EQ(uniform_at(kKey, kCounter, i), (word + 0.5) / 4294967296.0);
  }
}

TEST(Random, AnElementDoesNotDependOnHowTheRangeIsSplit) {
  std::vector<float> whole(1000);
  fill_normal(kKey, kCounter, 17, whole);
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 63U, 64U, 65U, 333U}) {
    std::vector<float> split(whole.size());
    for (std::size_t at = 0; at < split.size(); at += piece) {
      const std::size_t n = std::min(piece, split.size() - at);
      fill_normal(kKey, kCounter, 17 + static_cast<Index>(at), {split.data() + at, n});
    }
    EXPECT_EQ(split, whole) << "pieces of " << piece;
  }
}

TEST(Random, DistinctKeysAndCountersGiveDistinctStreams) {
  const std::vector<std::pair<StreamKey, Counter>> streams = {
      {{1, 0, 0}, {0, 0, 0}}, {{0, 1, 0}, {0, 0, 0}}, {{0, 0, 1}, {0, 0, 0}},
      {{0, 0, 0}, {1, 0, 0}}, {{0, 0, 0}, {0, 1, 0}}, {{0, 0, 0}, {0, 0, 1}},
      {{0, 0, 0}, {0, 0, 0}}, {{0, 1, 1}, {0, 0, 0}}, {{0, 0xffffff, 0xff}, {0, 0, 0}}};
  std::set<std::vector<float>> seen;
  for (const auto& [key, counter] : streams) seen.insert(normals(key, counter, 64));
  EXPECT_EQ(seen.size(), streams.size());
}

TEST(Random, NeighbouringStreamsAreUncorrelated) {
  constexpr std::size_t n = 1 << 18;
  const std::vector<float> a = normals(kKey, {0, 0, 0}, n);
  for (const Counter& next : {Counter{1, 0, 0}, Counter{0, 1, 0}, Counter{0, 0, 1}}) {
    const std::vector<float> b = normals(kKey, next, n);
    const double r = std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / n;
    EXPECT_LT(std::abs(r), 4 / std::sqrt(static_cast<double>(n))) << "4 sigma";
  }
  const double lag = std::inner_product(a.begin(), a.end() - 1, a.begin() + 1, 0.0) / n;
  EXPECT_LT(std::abs(lag), 4 / std::sqrt(static_cast<double>(n))) << "4 sigma";
}

TEST(Random, UniformsAreUniform) {
  constexpr std::size_t n = 1 << 20;
  std::vector<float> x(n);
  fill_uniform(kKey, kCounter, 0, x);
  const double root_n = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(mean_power(x, 1), 0.5, 4 * std::sqrt(1.0 / 12) / root_n) << "4 sigma";
  EXPECT_NEAR(mean_power(x, 2), 1.0 / 3, 4 * std::sqrt(4.0 / 45) / root_n) << "4 sigma";
  EXPECT_LT(kolmogorov_smirnov(x, [](double u) { return u; }), 1.95 / root_n) << "p = 0.001";
}

TEST(Random, NormalsHaveTheMomentsOfTheGaussian) {
  constexpr std::size_t n = 1 << 22;
  const std::vector<float> x = normals(kKey, kCounter, n);
  const double root_n = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(mean_power(x, 1), 0.0, 4 / root_n) << "4 sigma";
  EXPECT_NEAR(mean_power(x, 2), 1.0, 4 * std::sqrt(2.0) / root_n) << "4 sigma";
  EXPECT_NEAR(mean_power(x, 3), 0.0, 4 * std::sqrt(15.0) / root_n) << "4 sigma";
  EXPECT_NEAR(mean_power(x, 4), 3.0, 4 * std::sqrt(96.0) / root_n) << "4 sigma";
}

TEST(Random, NormalsFollowTheGaussianDistribution) {
  constexpr std::size_t n = 1 << 20;
  const std::vector<float> x = normals({1, 2, 3}, kCounter, n);
  EXPECT_LT(kolmogorov_smirnov(x, normal_cdf), 1.95 / std::sqrt(static_cast<double>(n)))
      << "p = 0.001";
}

TEST(Random, NormalTailsHaveTheirShare) {
  constexpr double n = 1 << 24;
  const std::vector<float> x = normals(kKey, {1, 2, 3}, static_cast<std::size_t>(n));
  for (const double t : {1.0, 2.0, 3.0, 4.0, 4.5}) {
    const double p = 2 * normal_cdf(-t);
    const auto out = std::count_if(x.begin(), x.end(), [t](float v) { return std::abs(v) > t; });
    EXPECT_NEAR(static_cast<double>(out), n * p, 4 * std::sqrt(n * p * (1 - p))) << "4 sigma";
  }
}

TEST(Random, NormalsAgreeWithBoxMullerInDouble) {
  constexpr double pi = 3.14159265358979323846;
  double worst = 0;
  for (Index i = 0; i < 400000; i += 2) {
    const Block block = philox(kKey, static_cast<std::uint32_t>(i / 4), kCounter);
    const std::uint32_t angle = block[static_cast<std::size_t>(i % 4 + 1)];
    // Only the upper 26 bits of the angle word count; the quadrant is centred on its axis.
    const double within = std::floor((angle & 0x3fffffff) / 64.0) + 0.5;
    const double wrapped = within < 8388608 ? within : within - 16777216;
    const double phi = pi / 2 * (angle >> 30) + pi / 4 * wrapped / 8388608;
    // The uniform is rounded to float first: the one deliberate departure from exact arithmetic.
    const double u = static_cast<float>(uniform_at(kKey, kCounter, i));
    const double radius = std::sqrt(-2 * std::log(u));
    worst = std::max(worst, std::abs(normal_at(kKey, kCounter, i) - radius * std::cos(phi)));
    worst = std::max(worst, std::abs(normal_at(kKey, kCounter, i + 1) - radius * std::sin(phi)));
  }
  EXPECT_LT(worst, 2e-6);
}

TEST(Random, NothingIsWrittenForAnEmptyRange) {
  EXPECT_NO_THROW(fill_normal(kKey, kCounter, 0, {}));
  EXPECT_NO_THROW(fill_uniform(kKey, kCounter, kSequenceLength, {}));
}

TEST(Random, TheLastElementsOfASequenceCanBeDrawn) {
  std::vector<float> x(7);
  fill_normal(kKey, kCounter, kSequenceLength - 7, x);
  for (Index i = 0; i < 7; ++i) {
    EXPECT_EQ(x[static_cast<std::size_t>(i)], normal_at(kKey, kCounter, kSequenceLength - 7 + i));
  }
}

TEST(Random, RefusesRowsThatDoNotShareEvenly) {
  std::vector<float> x(10);
  EXPECT_THROW(fill_normal_rows({}, {}, 0, 3, x), ArgumentError);
  EXPECT_THROW(fill_normal_rows({}, {}, 0, 0, x), ArgumentError);
}

TEST(Random, RefusesAChipNumberThatWouldCollide) {
  EXPECT_NO_THROW(philox({0, (1 << 24) - 1, 0}, 0, {}));
  EXPECT_THROW(philox({0, 1 << 24, 0}, 0, {}), ArgumentError);
  std::vector<float> x(1);
  EXPECT_THROW(fill_normal({0, 1 << 24, 0}, {}, 0, x), ArgumentError);
}

TEST(Random, RefusesElementsOutsideTheSequence) {
  std::vector<float> x(2);
  EXPECT_THROW(fill_normal(kKey, kCounter, -1, x), ArgumentError);
  EXPECT_THROW(fill_uniform(kKey, kCounter, kSequenceLength - 1, x), ArgumentError);
  EXPECT_THROW(normal_at(kKey, kCounter, -1), ArgumentError);
  EXPECT_THROW(uniform_at(kKey, kCounter, kSequenceLength), ArgumentError);
}

}  // namespace
}  // namespace ohm
