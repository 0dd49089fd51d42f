// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/shortened_prompt.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <utility>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/lean_plan.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/structure/deep_grid.h"

namespace ohm {
namespace {

Request prompt_of(Index tokens, Index batch = 1) {
  return {true, tokens, 1, batch};
}

Picoseconds lengthened(const TokenPlan& plan, Index tokens, Index stride) {
  return lengthen({plan, {}, 0}, prompt_of(tokens), {stride}).outputs.at(0);
}

TEST(ShortenedPrompt, SpreadsItsTokensOverAllPositions) {
  const Request few = shortened(prompt_of(2048), {16});
  EXPECT_EQ(few.prompt, 128);
  EXPECT_EQ(positions_of(few, 0), 16);
  EXPECT_EQ(positions_of(few, few.prompt - 1), 2048);
  EXPECT_EQ(positions_of(within(few, 100), few.prompt - 1), 100);
}

TEST(ShortenedPrompt, HasNoMoreTokensThanAreAskedFor) {
  EXPECT_EQ(shorten_to(128, prompt_of(2048)).stride, 16);
  EXPECT_EQ(shorten_to(127, prompt_of(2048)).stride, 17);
  EXPECT_EQ(shorten_to(5000, prompt_of(2048)).stride, 1);
  EXPECT_EQ(shorten_to(0.1, prompt_of(2048)).stride, 1024);  // two, to compare with one
  EXPECT_EQ(shorten_to(0.1, prompt_of(1)).stride, 1);
}

TEST(ShortenedPrompt, LeavesOutSequencesBeforeTokensOfThem) {
  const auto of = [](double tokens, Index prompt, Index batch) {
    const Shortening found = shorten_to(tokens, prompt_of(prompt, batch));
    return std::pair{found.sequences, found.stride};
  };
  EXPECT_EQ(of(1000, 10, 256), (std::pair<Index, Index>{100, 1}));
  EXPECT_EQ(of(1000, 9, 256), (std::pair<Index, Index>{110, 1}));  // an even number of 111
  EXPECT_EQ(of(1000, 100, 3), (std::pair<Index, Index>{3, 1}));    // all
  EXPECT_EQ(of(128, 2048, 256), (std::pair<Index, Index>{1, 16}));
  EXPECT_EQ(shorten_to(128, prompt_of(2048, 256)).ratio(prompt_of(2048, 256)), 16 * 256);
}

/// All tokens pass the slowest step, 700, one behind the other; sequences take turns.
TEST(ShortenedPrompt, OfABatchIsTheSlowestStepForEveryTokenOfIt) {
  const TokenPlan plan = testing::chain({300, 700, 200});
  const std::vector<Picoseconds> all = schedule(plan, prompt_of(100, 24)).outputs;
  for (const Shortening shortening : {Shortening{1, 24}, {1, 12}, {1, 2}, {2, 1}, {10, 1}}) {
    const auto few = lengthen({plan, {}, 0}, prompt_of(100, 24), shortening).outputs;
    EXPECT_EQ(few, all) << shortening.sequences << " " << shortening.stride;
    EXPECT_EQ(few.back(), 1200 + 2399 * 700);
  }
}

TEST(ShortenedPrompt, OfAChainIsItsSlowestStepForEveryToken) {
  const TokenPlan plan = testing::chain({300, 700, 200});
  for (const Index stride : {1, 2, 10, 100}) {
    EXPECT_EQ(lengthened(plan, 1000, stride), 1200 + 999 * 700) << stride;
  }
}

/// Token i takes 50 + 7 i: in all 50 n + 7 n (n + 1) / 2, if nothing is slower.
TEST(ShortenedPrompt, OfAStepThatGrowsWithThePositionsIsTheSumOfAllTokens) {
  TokenPlan plan = testing::chain({50});
  plan.steps[0].growth.per_position = 7;
  for (const Index stride : {1, 2, 8}) {
    EXPECT_EQ(lengthened(plan, 400, stride), 50 * 400 + 7 * 400 * 401 / 2) << stride;
  }
}

/// The step that grows overtakes the other amid the prompt, behind all tokens that are known.
TEST(ShortenedPrompt, SeesAttentionOvertakeOtherWork) {
  TokenPlan plan = testing::chain({1400, 10});
  plan.steps[1].growth.per_position = 7;
  const Picoseconds all = schedule(plan, prompt_of(400)).outputs.at(0);
  EXPECT_GT(all, 1.2 * 400 * 1400);
  const auto few = static_cast<double>(lengthened(plan, 400, 8));
  EXPECT_NEAR(few / static_cast<double>(all), 1.0, 0.03);
}

/// The last step adds 500 to a token alone, and 200 more for every token before it: of eight, 1100
/// to those of the later half.
TEST(ShortenedPrompt, LeavesOutWhatAddsAsMuchAsTheLastPeriodToTheLaterHalf) {
  const TokenPlan plan = testing::chain({100, 300, 500});
  for (const Index left : {0, 1, 5}) {
    const LengthenedPrompt whole = lengthen({plan, {{{2, 1, 0}, left}}, 0}, prompt_of(8), {});
    EXPECT_EQ(whole.outputs.at(0), 900 + 7 * 500 + left * (500 + 1100)) << left;
  }
}

/// Sequences of one token each: 500 for the first, 200 more for every one before, 1200 on average.
TEST(ShortenedPrompt, LeavesOutWhatAddsToTokensOfOtherSequencesAsWell) {
  const TokenPlan plan = testing::chain({100, 300, 500});
  const LengthenedPrompt whole = lengthen({plan, {{{2, 1, 0}, 3}}, 0}, prompt_of(1, 8), {1, 8});
  EXPECT_EQ(whole.outputs.at(0), 900 + 3 * 1200);
  EXPECT_EQ(whole.outputs.at(7), 900 + 7 * 500 + 3 * 1200);
}

using testing::Laid;
using testing::laid;

/// A chip of which attention takes little or most of the time.
ChipSpec drawn_chip(std::mt19937& random) {
  const auto between = [&](Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random);
  };
  ChipSpec chip = testing::shipped_chip({testing::with("mesh", "{columns: 40, rows: 40}")});
  chip.macros_per_tile = 4 * between(1, 6);
  chip.digital.lanes = between(2, 64);
  chip.digital.attention_macs = between(2, 64);
  chip.macro.array.n_wordlines = chip.macro.array.rows_active = between(16, 64);
  chip.buffer.capacity = Bytes(1e9);
  return chip;
}

/// Sixty tokens and thirty of them, a few layers of many, against all tokens through all layers.
TEST(ShortenedPrompt, OfRandomChipsIsThatOfAllTokensThroughAllLayers) {
  std::mt19937 random(7);
  double sum = 0.0, worst = 0.0;
  int n = 0;
  for (int trial = 0; trial < 3; ++trial) {
    for (TransformerSpec spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                 testing::tiny_mixtral(), testing::tiny_deepseek()}) {
      spec.context = 1024;
      const Laid on = laid(spec, 12, drawn_chip(random));
      const Request request = prompt_of(240, 1 + trial % 2);
      const TokenPlan plan = plan_tokens(on.few.mapping, request);
      const CarriedPlan carried = carry_on(on.few.mapping, plan, on.reduction, 2);
      ASSERT_FALSE(carried.is_whole());
      const Schedule all = schedule(lean_plan(plan_tokens(on.all.mapping, request)), request);
      const LengthenedPrompt few = lengthen(carried, request, {4, 1});
      for (size_t s = 0; s < all.outputs.size(); ++s, ++n) {
        const double off =
            static_cast<double>(few.outputs[s]) / static_cast<double>(all.outputs[s]) - 1.0;
        sum += std::abs(off);
        worst = std::max(worst, std::abs(off));
        EXPECT_LT(std::abs(off), 0.15) << spec.name << trial;
      }
    }
  }
  EXPECT_LT(sum / n, 0.05);
  RecordProperty("worst", std::to_string(worst));
}

}  // namespace
}  // namespace ohm
