// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
using Targets = std::vector<Index>;

TEST(Score, OfEqualLogitsIsTheNumberOfClasses) {
  const Score s = score(Tensor({3, 8}), Targets{1, 0, 7});
  EXPECT_DOUBLE_EQ(s.nll, std::log(8.0));
  EXPECT_DOUBLE_EQ(s.perplexity, 8.0);
  EXPECT_DOUBLE_EQ(s.accuracy, 1.0 / 3.0);  // the first of equals
  EXPECT_EQ(s.count, 3);
}

TEST(Score, IsMinusTheLogarithmOfTheProbability) {
  const auto log_of = [](double x) { return static_cast<float>(std::log(x)); };
  const Tensor logits(
      {2, 3}, {log_of(0.5), log_of(0.25), log_of(0.25), log_of(0.1), log_of(0.2), log_of(0.7)});
  const Score s = score(logits, Targets{0, 1});
  EXPECT_NEAR(s.nll, -(std::log(0.5) + std::log(0.2)) / 2, 1e-7);
  EXPECT_DOUBLE_EQ(s.accuracy, 0.5);
}

TEST(Score, SurvivesHugeLogits) {
  const Tensor logits({1, 3}, {3e38F, -3e38F, -kInfinity});
  EXPECT_EQ(score(logits, Targets{0}).nll, 0.0);
  EXPECT_NEAR(score(logits, Targets{1}).nll, 6e38, 1e32);
  EXPECT_EQ(score(logits, Targets{2}).nll, static_cast<double>(kInfinity));
}

TEST(Score, OfANanIsNanAndWrong) {
  const Score s = score(Tensor({2, 2}, {NAN, 0, 1, 0}), Targets{0, 0});
  EXPECT_TRUE(std::isnan(s.nll));
  EXPECT_DOUBLE_EQ(s.accuracy, 0.5);
}

TEST(Score, OfARangeCountsItsRowsOnly) {
  Tensor logits({4, 2});
  logits.row(3)[1] = 100.0F;
  const Targets tokens{0, 1, 1, 0, 1};
  EXPECT_DOUBLE_EQ(score_next_tokens(logits, tokens, 0, 3).perplexity, 2.0);
  EXPECT_DOUBLE_EQ(score_next_tokens(logits, tokens, 3, 4).perplexity, 1.0);
  EXPECT_TRUE(std::isnan(score(logits, tokens, 2, 2).nll));
  EXPECT_EQ(score(logits, tokens, 2, 2).count, 0);
}

TEST(Score, CombinesPartsByTheirCounts) {
  Tensor logits({3, 2});
  logits.row(1)[0] = 1.0F;
  logits.row(2)[1] = -2.0F;
  const Targets targets{0, 1, 0};
  const Score whole = score(logits, targets);
  const std::vector<Score> parts{score(logits, targets, 0, 1), score(logits, targets, 1, 1),
                                 score(logits, targets, 1, 3)};
  const Score sum = combine(parts);
  EXPECT_NEAR(sum.nll, whole.nll, 1e-15);
  EXPECT_NEAR(sum.accuracy, whole.accuracy, 1e-15);
  EXPECT_EQ(sum.count, 3);
  EXPECT_EQ(combine({}).count, 0);
}

TEST(Score, RefusesRangesAndTargetsOutside) {
  const Tensor logits({2, 3});
  EXPECT_THROW(score(logits, Targets{0, 3}), ArgumentError);
  EXPECT_THROW(score(logits, Targets{0, -1}), ArgumentError);
  EXPECT_THROW(score(logits, Targets{0}), ArgumentError);
  EXPECT_THROW(score(logits, Targets{0, 0}, 1, 3), ArgumentError);
  EXPECT_THROW(score(logits, Targets{0, 0}, -1, 1), ArgumentError);
  EXPECT_THROW(score(logits, Targets{0, 0}, 2, 1), ArgumentError);
  EXPECT_THROW(score(Tensor({2}), Targets{0, 0}, 0, 1), ArgumentError);
  EXPECT_THROW(score_next_tokens(logits, Targets{0, 0}, 0, 2), ArgumentError);
  EXPECT_THROW(score_next_tokens(logits, {}, 0, 1), ArgumentError);
}

}  // namespace
}  // namespace ohm
