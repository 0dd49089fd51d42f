// SPDX-License-Identifier: Apache-2.0
#include "core/spelling.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(EditDistance, CountsEachKindOfEditOnce) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("bits", "bits"), 0);
  EXPECT_EQ(edit_distance("bitz", "bits"), 1);
  EXPECT_EQ(edit_distance("bit", "bits"), 1);
  EXPECT_EQ(edit_distance("bitts", "bits"), 1);
  EXPECT_EQ(edit_distance("btis", "bits"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  // Optimal string alignment edits no substring twice: "ca" -> "abc" takes 3, not 2.
  EXPECT_EQ(edit_distance("ca", "abc"), 3);
}

TEST(DidYouMean, NamesTheClosestCandidate) {
  EXPECT_EQ(did_you_mean("bitz", {"rate", "bits", "kind"}), "; did you mean 'bits'?");
  EXPECT_EQ(did_you_mean("adc", {"dac"}), "; did you mean 'dac'?");
  EXPECT_EQ(did_you_mean("n_wordlnies", {"n_bitlines", "n_wordlines"}),
            "; did you mean 'n_wordlines'?");
}

TEST(DidYouMean, OverlooksLetterCase) {
  EXPECT_EQ(did_you_mean("BITS", {"rate", "bits"}), "; did you mean 'bits'?");
}

TEST(DidYouMean, StaysSilentWhenNothingIsClose) {
  EXPECT_EQ(did_you_mean("voltage", {"bits", "rate"}), "");
  EXPECT_EQ(did_you_mean("bits", {}), "");
  EXPECT_EQ(did_you_mean("", {"bits"}), "");
  EXPECT_EQ(did_you_mean("ab", {"cd"}), "");
}

TEST(DidYouMean, BreaksTiesAlphabeticallyWhateverTheOrder) {
  EXPECT_EQ(did_you_mean("cat", {"hat", "bat"}), "; did you mean 'bat'?");
  EXPECT_EQ(did_you_mean("cat", {"bat", "hat"}), "; did you mean 'bat'?");
}

TEST(DidYouMean, FindsANameUnderAnotherPrefix) {
  EXPECT_EQ(did_you_mean("wte.weight", {"lm_head.weight", "transformer.wte.weight"}),
            "; did you mean 'transformer.wte.weight'?");
  EXPECT_EQ(did_you_mean("model.wte.weight", {"wte.weight"}), "; did you mean 'wte.weight'?");
  EXPECT_EQ(did_you_mean("te.weight", {"transformer.wte.weight"}), "");
}

TEST(InQuotes, KeepsOrdinaryText) {
  EXPECT_EQ(in_quotes("h.0.attn"), "'h.0.attn'");
  EXPECT_EQ(in_quotes(""), "''");
  EXPECT_EQ(in_quotes("\u00e9\u20ac\U0001f600"), "'\u00e9\u20ac\U0001f600'");
}

std::string marks(std::size_t n) {
  return "'" + std::string(n, '?') + "'";
}

TEST(InQuotes, MakesHostileTextPrintable) {
  using namespace std::string_view_literals;
  EXPECT_EQ(in_quotes("a\n\x1b[31m\0"sv), "'a\\x0a\\x1b[31m\\x00'");
  EXPECT_EQ(in_quotes("\xff\xc0\x80"sv), marks(3));      // never valid
  EXPECT_EQ(in_quotes("\xe2\x82"sv), marks(2));          // cut short
  EXPECT_EQ(in_quotes("\xed\xa0\x80"sv), marks(3));      // a surrogate
  EXPECT_EQ(in_quotes("\xf4\x90\x80\x80"sv), marks(4));  // beyond U+10FFFF
}

TEST(InQuotes, CutsLongTextBetweenCharacters) {
  std::string euros;
  for (int i = 0; i < 1000; ++i) euros += "\u20ac";
  const std::string shown = in_quotes(euros);
  EXPECT_LT(shown.size(), 110u);
  EXPECT_TRUE(shown.ends_with("\u20ac...'"));
}

}  // namespace
}  // namespace ohm
