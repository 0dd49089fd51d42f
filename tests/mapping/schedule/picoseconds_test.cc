// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/picoseconds.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

TEST(Picoseconds, AreRoundedToTheNearestWhole) {
  EXPECT_EQ(picoseconds(Seconds(1.4e-12), "mvm"), 1);
  EXPECT_EQ(picoseconds(Seconds(1.6e-12), "mvm"), 2);
  EXPECT_EQ(cycles(3, Hertz(1.2e9), "send"), 2500);
}

TEST(Picoseconds, EndWhereSumsWouldNotBeWhole) {
  EXPECT_EQ(picoseconds(Seconds(1000.0), "mvm"), 1'000'000'000'000'000);
  EXPECT_THROW(picoseconds(Seconds(1001.0), "mvm"), ArgumentError);
}

}  // namespace
}  // namespace ohm
