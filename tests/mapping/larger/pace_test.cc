// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/pace.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// What so many tokens take at this pace.
double taken(const Pace& pace, Index tokens) {
  return static_cast<double>(pace.first) + static_cast<double>(tokens - 1) * pace.each;
}

std::vector<Pace> paces(const TransformerSpec& spec, const Estimate& held) {
  return paces_of(spec, testing::shipped_chip(), held, Fidelity::automatic);
}

Estimate held(const TransformerSpec& spec, const Workload& workload) {
  return estimate_structure(spec, testing::shipped_chip(), workload);
}

TEST(Pace, OfManyTokensIsThatOfTheirEstimate) {
  const TransformerSpec gpt = testing::tiny_gpt(), bert = testing::tiny_bert();
  const Estimate decoded = held(gpt, {10, 1, 3, {}});
  ASSERT_EQ(paces(gpt, decoded).size(), 1);
  EXPECT_NEAR(taken(paces(gpt, decoded).front(), 30),
              static_cast<double>(decoded.schedule.makespan), 1.0);
  EXPECT_EQ(paces(gpt, decoded).front().first, held(gpt, {1, 1, 1, {}}).schedule.makespan);
  const Estimate encoded = held(bert, {10, {}, 3, {}});
  EXPECT_NEAR(taken(paces(bert, encoded).front(), 30),
              static_cast<double>(encoded.schedule.makespan), 1.0);
}

TEST(Pace, OfALoneTokenIsThatOfTwo) {
  const TransformerSpec gpt = testing::tiny_gpt();
  EXPECT_NEAR(taken(paces(gpt, held(gpt, {1, 4, 1, {}})).front(), 2),
              static_cast<double>(held(gpt, {2, 1, 1, {}}).schedule.makespan), 1.0);
}

TEST(Pace, OfTwoStacksIsThatOfSourcesAndOfASetOfAnswers) {
  const TransformerSpec t5 = testing::tiny_t5();
  for (const Index batch : {1, 3}) {
    const Estimate all = held(t5, {9, 4, batch, {}});
    const std::vector<Pace> found = paces(t5, all);
    ASSERT_EQ(found.size(), 2);
    EXPECT_NEAR(taken(found.front(), 9 * batch), static_cast<double>(all.schedule.source.makespan),
                1.0);
    const auto answered = [&](Index source, Index answers) {
      const Schedule s = held(t5, {source, 1, answers, {}}).schedule;
      return static_cast<double>(s.makespan - s.source.makespan);
    };
    // one alone: as two behind sources of four, with as many keys and values
    const double more =
        batch > 1 ? answered(9, 3) : answered(9, 1) + answered(4, 2) - answered(4, 1);
    EXPECT_NEAR(taken(found.back(), std::max<Index>(2, batch)), more, 1.0);
  }
  const std::vector<Pace> lone = paces(t5, held(t5, {1, 4, 1, {}}));
  EXPECT_NEAR(taken(lone.front(), 2),
              static_cast<double>(held(t5, {2, 1, 1, {}}).schedule.source.makespan), 1.0);
}

}  // namespace
}  // namespace ohm
