// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/calendar.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ohm {
namespace {

TEST(Calendar, FillsGapsThatAreLongEnough) {
  Calendar calendar;
  calendar.reserve(10, 5);
  calendar.reserve(20, 5);
  EXPECT_EQ(calendar.earliest(0, 10), 0);
  EXPECT_EQ(calendar.earliest(0, 11), 25);
  EXPECT_EQ(calendar.earliest(3, 5), 3);
  EXPECT_EQ(calendar.earliest(12, 5), 15);
  EXPECT_EQ(calendar.earliest(12, 6), 25);
  EXPECT_EQ(calendar.earliest(30, 6), 30);
}

TEST(Calendar, ForgetsOnlyWhatIsOver) {
  Calendar calendar;
  calendar.reserve(0, 10);
  calendar.reserve(20, 10);
  calendar.forget(15);
  EXPECT_EQ(calendar.earliest(15, 10), 30);
}

TEST(Calendar, AgreesWithATableOfEveryInstant) {
  std::mt19937 random(3);
  Calendar calendar;
  std::vector<bool> taken(4000, false);
  Picoseconds now = 0;
  for (int i = 0; i < 300; ++i) {
    now += static_cast<Picoseconds>(random() % 4);
    calendar.forget(now);
    const Picoseconds from = now + static_cast<Picoseconds>(random() % 30);
    const Picoseconds busy = static_cast<Picoseconds>(random() % 9);
    Picoseconds expected = from;
    for (Picoseconds free = 0; free < busy; ++free) {
      if (!taken.at(static_cast<size_t>(expected + free))) continue;
      expected += free + 1;
      free = -1;
    }
    const Picoseconds start = calendar.earliest(from, busy);
    if (busy > 0) {
      ASSERT_EQ(start, expected);
    }
    calendar.reserve(start, busy);
    for (Picoseconds t = 0; t < busy; ++t) taken[static_cast<size_t>(start + t)] = true;
  }
}

}  // namespace
}  // namespace ohm
