// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/kv_lifetime.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ohm {
namespace {

constexpr double kYear = 365.25 * 86400.0;

KvLifetime life(double positions, double tokens_per_s, double endurance, double cycles) {
  KvLifetime made;
  made.rewrites = Hertz(tokens_per_s / positions);
  made.cycles_per_update = cycles;
  EnduranceSpec spec;
  spec.median = endurance;
  fill_lifetime(spec, made);
  return made;
}

TEST(KvLifetime, OfARingOf8192PositionsAt2000TokensPerSecondIsMonths) {
  EXPECT_NEAR(life(8192, 2000, 1e6, 1).median.si(), 4.096e6, 1.0);
  EXPECT_NEAR(life(8192, 2000, 1e6, 1).median.si() / kYear, 0.13, 0.001);
  EXPECT_NEAR(life(8192, 2000, 1e8, 1).median.si() / kYear, 13.0, 0.1);
  EXPECT_NEAR(life(8192, 20, 1e6, 1).median.si() / kYear, 13.0, 0.1);
}

TEST(KvLifetime, OfTwoCyclesPerUpdateIsHalfAsLong) {
  EXPECT_NEAR(life(4096, 50, 1e6, 2).median.si(), 4.096e7, 1.0);
}

TEST(KvLifetime, TheFirstPercentFailsEarlierByTheSpreadOfCells) {
  const KvLifetime made = life(4096, 50, 1e6, 2);
  EXPECT_NEAR(made.first_percent / made.median, std::exp(-2.3263478740 * 0.7), 1e-6);
}

}  // namespace
}  // namespace ohm
