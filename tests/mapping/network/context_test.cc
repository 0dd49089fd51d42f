// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/schedule/workload.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

/// The last token of the longest request that is taken.
TEST(Context, IsWhatTheLastTokenOfTheLongestRequestAttendsTo) {
  const TransformerSpec gpt = testing::tiny_gpt(), t5 = testing::tiny_t5();
  ASSERT_EQ(gpt.context, 64);
  EXPECT_EQ(most_positions(gpt), resolve(gpt, {40, 25, 1, {}}).tokens());
  EXPECT_THROW(resolve(gpt, {40, 26, 1, {}}), ArgumentError);
  EXPECT_EQ(most_positions(t5), resolve(t5, {64, 64, 1, {}}).tokens_of_both_stacks());
  EXPECT_THROW(resolve(t5, {64, 65, 1, {}}), ArgumentError);
  EXPECT_THROW(resolve(t5, {65, 1, 1, {}}), ArgumentError);
}

TEST(Context, OfAStepHasRoomForWhatIsBeforeIt) {
  EXPECT_EQ(fewest_positions(testing::tiny_gpt()), 2);
  EXPECT_EQ(fewest_positions(testing::tiny_t5()), 3);
}

TEST(Context, BeyondItIsRefusedInTheWordsOfTheNetwork) {
  const TransformerSpec gpt = testing::tiny_gpt(), t5 = testing::tiny_t5();
  EXPECT_NO_THROW(require_context(gpt, 64));
  EXPECT_THAT(
      error_text<ArgumentError>([&] { require_context(gpt, 65); }),
      HasSubstr("context: 65 found; the context of network tiny-gpt is 64 tokens: shorten it"));
  EXPECT_NO_THROW(require_context(t5, 128));
  EXPECT_THAT(error_text<ArgumentError>([&] { require_context(t5, 129); }),
              HasSubstr("64 tokens of the source and 64 of the answer with its start token"));
  EXPECT_THAT(error_text<ArgumentError>([&] { require_context(t5, 2, 3); }),
              HasSubstr("expected at least 3"));
}

}  // namespace
}  // namespace ohm
