// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/endurance.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

// 1e6 cycles; a KV cache of 4096 positions at 50 tokens/s; two cycles per update.
TEST(Endurance, LifetimeOfARewrittenRegion) {
  EXPECT_DOUBLE_EQ(lifetime(EnduranceSpec{}, 2.0, Hertz(50.0 / 4096.0)).si(), 4.096e7);
  EXPECT_THROW(lifetime(EnduranceSpec{}, 0.0, Hertz(1.0)), ArgumentError);
  EXPECT_THROW(lifetime(EnduranceSpec{}, 2.0, Hertz(0.0)), ArgumentError);
}

TEST(Endurance, HalfOfTheCellsFailByTheMedian) {
  const EnduranceSpec spec;
  EXPECT_DOUBLE_EQ(failed_share(spec, 1e6), 0.5);
  EXPECT_EQ(failed_share(spec, 0.0), 0.0);
  EXPECT_NEAR(failed_share(spec, 1e6 * std::exp(-0.7)), normal_below(-1.0), 1e-12);
  for (const double share : {1e-9, 0.01, 0.5, 0.9}) {
    EXPECT_NEAR(failed_share(spec, cycles_until(spec, share)), share, 1e-9 * share);
  }
  EXPECT_THROW(cycles_until(spec, 1.0), ArgumentError);
}

TEST(Endurance, CellsThatNeverVaryFailTogether) {
  const EnduranceSpec spec{1e6, 0.0};
  EXPECT_EQ(failed_share(spec, 0.999e6), 0.0);
  EXPECT_EQ(failed_share(spec, 1e6), 1.0);
}

TEST(Endurance, CyclesToFailureAreLogNormal) {
  const EnduranceSpec spec;
  std::vector<double> cycles(1000000);
  cycles_to_failure(spec, {1, 0, {}}, cycles);
  EXPECT_LT(ks_statistic(cycles, [&](double n) { return failed_share(spec, n); }), 1.95);
}

}  // namespace
}  // namespace ohm
