// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/score_cycles.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(ScoreCycles, AreThoseOfTheSoftmaxAndOfWhatComesBeforeIt) {
  DigitalSpec unit = testing::shipped_chip().digital;
  unit.softmax.cycles = 3;
  unit.activation.cycles = 5;
  TransformerSpec spec = testing::tiny_llama();
  EXPECT_EQ(score_cycles(unit, spec), 3);
  spec.score_cap = 50;
  EXPECT_EQ(score_cycles(unit, spec), 8);
}

TEST(ScoreCycles, OfABiasByDistanceAreAProductAndASum) {
  DigitalSpec unit = testing::shipped_chip().digital;
  TransformerSpec spec = testing::tiny_llama();
  const Index plain = score_cycles(unit, spec);
  spec.positions = "alibi";
  EXPECT_EQ(score_cycles(unit, spec), plain + combine_element(unit).cycles);
}

TEST(ScoreCycles, OfARelativeBiasAreASumExceptAcrossStacks) {
  DigitalSpec unit = testing::shipped_chip().digital;
  unit.softmax.cycles = 3;
  unit.residual.cycles = 2;
  EXPECT_EQ(score_cycles(unit, testing::tiny_t5()), 5);
  EXPECT_EQ(score_cycles(unit, testing::tiny_t5(), true), 3);
}

}  // namespace
}  // namespace ohm
