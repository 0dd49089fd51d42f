// SPDX-License-Identifier: Apache-2.0
#include "core/percentile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

// Values of numpy.percentile.
TEST(Percentile, IsLinearBetweenNeighbours) {
  const std::vector<double> values{3.0, 1.0, 4.0, 1.5, 9.0};
  EXPECT_DOUBLE_EQ(percentile_of(values, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(percentile_of(values, 50.0), 3.0);
  EXPECT_DOUBLE_EQ(percentile_of(values, 60.0), 3.4);
  EXPECT_DOUBLE_EQ(percentile_of(values, 99.9), 8.98);
  EXPECT_DOUBLE_EQ(percentile_of(values, 100.0), 9.0);
  EXPECT_DOUBLE_EQ(percentile_of(std::vector<float>{0.5F, 1.5F}, 25.0), 0.75);
}

TEST(Percentile, OfOneValueIsThatValue) {
  EXPECT_EQ(percentile_of(std::vector<double>{7.0}, 99.9), 7.0);
}

TEST(Percentile, InfiniteValuesSpoilNoPercentileBelowThem) {
  EXPECT_EQ(percentile_of(std::vector<double>{1.0, 2.0, INFINITY}, 50.0), 2.0);
}

TEST(Percentile, RefusesNothingNaNAndPercentilesOutside) {
  EXPECT_THROW(percentile_of(std::vector<double>{}, 50.0), ArgumentError);
  EXPECT_THROW(percentile_of(std::vector<double>{1.0, NAN}, 50.0), ArgumentError);
  EXPECT_THROW(percentile_of(std::vector<double>{1.0}, -0.1), ArgumentError);
  EXPECT_THROW(percentile_of(std::vector<double>{1.0}, 100.1), ArgumentError);
  EXPECT_THROW(percentile_of(std::vector<double>{1.0}, NAN), ArgumentError);
}

}  // namespace
}  // namespace ohm
