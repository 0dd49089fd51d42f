// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/growth_sum.h"

#include <gtest/gtest.h>

#include <random>

namespace ohm {
namespace {

GrowthSum token_by_token(const Growth& growth, const Request& request, Index first, Index last) {
  Step step;
  step.growth = growth;
  GrowthSum sum;
  for (Index t = first; t <= last; ++t) {
    sum.occupied += step.occupation(positions_of(request, t));
    sum.extra += step.extra(positions_of(request, t));
  }
  return sum;
}

void expect_same(const Growth& growth, const Request& request, Index first, Index last) {
  const GrowthSum ours = growth_sum(growth, request, first, last);
  const GrowthSum theirs = token_by_token(growth, request, first, last);
  EXPECT_EQ(ours.occupied, theirs.occupied);
  EXPECT_EQ(ours.extra, theirs.extra);
}

TEST(GrowthSum, EqualsTheSumTokenByToken) {
  std::mt19937 random(7);
  const auto draw = [&](Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random);
  };
  for (int i = 0; i < 2000; ++i) {
    Growth growth{draw(1, 5), draw(0, 40), draw(0, 3) == 0 ? draw(0, 30) : 0, draw(0, 9)};
    growth.elements = draw(0, 12);
    growth.lanes = draw(1, 9);
    growth.pass = growth.elements == 0 ? 0 : draw(0, 50);
    if (draw(0, 4) == 0) growth.always = draw(1, 30);
    if (draw(0, 2) == 0) growth.window = draw(1, 30);
    Request request{draw(0, 2) > 0, draw(1, 40), draw(1, 40), 1};
    if (draw(0, 2) == 0) request.window = draw(1, 30);
    const Index first = draw(0, request.tokens() - 1);
    expect_same(growth, request, first, draw(first - 1, request.tokens() - 1));
  }
}

TEST(GrowthSum, OfStepsThatDoNotGrowIsZero) {
  EXPECT_EQ(growth_sum({}, {true, 5, 5, 1}, 0, 8).extra, 0);
}

}  // namespace
}  // namespace ohm
