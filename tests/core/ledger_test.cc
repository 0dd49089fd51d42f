// SPDX-License-Identifier: Apache-2.0
#include "core/ledger.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

Ledger two_operators() {
  Ledger ledger;
  ledger.book({"adc", "qkv", 0, "decode"}, energy_of(10, Joules(2e-12), "survey"));
  ledger.book({"adc", "ffn", 0, "decode"}, energy_of(20, Joules(2e-12), "survey"));
  ledger.book({"cells", "qkv", 0, "prefill"}, energy_of(5, Joules(1e-12), "ohm's law"));
  return ledger;
}

TEST(Ledger, TotalsAreTheSumsOfTheLeaves) {
  const Ledger ledger = two_operators();
  EXPECT_DOUBLE_EQ(ledger.total().energy.si(), 65e-12);
  EXPECT_EQ(ledger.total().count, 35);
  EXPECT_DOUBLE_EQ(ledger.by_component().at("adc").energy.si(), 60e-12);
  EXPECT_DOUBLE_EQ(ledger.by_operator().at("qkv").energy.si(), 25e-12);
  EXPECT_DOUBLE_EQ(ledger.by_phase().at("prefill").energy.si(), 5e-12);
}

TEST(Ledger, BookingTwiceOnALeafAddsAndKeepsEachSourceOnce) {
  Ledger ledger = two_operators();
  ledger.book({"adc", "qkv", 0, "decode"}, energy_of(1, Joules(1e-12), "ISAAC"));
  ledger.book({"adc", "qkv", 0, "decode"}, energy_of(1, Joules(1e-12), "ISAAC"));
  EXPECT_EQ(ledger.leaves().size(), 3U);
  EXPECT_EQ(ledger.leaves().at({"adc", "qkv", 0, "decode"}).source, "survey; ISAAC");
}

TEST(Ledger, MergingTwoLedgersEqualsBookingIntoOne) {
  Ledger sum = two_operators();
  sum.merge(two_operators());
  EXPECT_DOUBLE_EQ(sum.total().energy.si(), 130e-12);
  EXPECT_EQ(sum.leaves().size(), 3U);
}

TEST(Ledger, RefusesNegativeAndUndefinedFiguresAndCrossedRanges) {
  Ledger ledger;
  EXPECT_THROW(ledger.book({"adc", "", -1, ""}, energy_of(-1, Joules(1), "")), ArgumentError);
  EXPECT_THROW(ledger.book({"adc", "", -1, ""}, energy_of(1, Joules(-1), "")), ArgumentError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ledger.book({"adc", "", -1, ""}, energy_of(1, Joules(nan), "")), ArgumentError);
  Cost crossed = energy_of(1, Joules(1), "");
  crossed.energy_high = Joules(0.5);
  EXPECT_THROW(ledger.book({"adc", "", -1, ""}, crossed), ArgumentError);
  EXPECT_TRUE(ledger.leaves().empty());
}

}  // namespace
}  // namespace ohm
