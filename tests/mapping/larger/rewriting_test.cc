// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/rewriting.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// 7 billion weights of 8 cells, 1e5 at a time, 8.52 pulses of 2 us and a last read.
TEST(Rewriting, OfSevenBillionWeightsTakesSecondsAndJoules) {
  const ChipSpec chip =
      testing::shipped_chip({testing::with("macro.device.programming.parallel_cells", "100000")});
  WeightTotals weights;
  weights.weights = 6.6e9;
  weights.cells = 8 * weights.weights;
  weights.bytes = Bytes(weights.weights);
  const Rewriting once = rewriting_of(weights, chip, 1, 1);
  EXPECT_NEAR(once.pulses.si(), 5.28e10 / 1e5 * (8.52 * 2e-6 + 1e-6), 1e-3);
  EXPECT_NEAR(once.pulses.si(), 9.5, 0.1);
  const double g = 20.5e-6;
  const double cell = 8.52 * 1.75 * 1.75 * g * 1e-6 + 9.52 * 0.25 * g * 1e-6;
  EXPECT_NEAR(once.writing.si(), 5.28e10 * cell, 1e-3);
  EXPECT_NEAR(once.reading.si(), 6.6e9 / chip.dram.bandwidth.si(), 1e-9);
  EXPECT_NEAR(once.fetching.si(), 6.6e9 * chip.dram.energy.si(), 1e-9);
  EXPECT_EQ(once.time(), once.pulses);
  EXPECT_NEAR(once.cycles_per_update, 2.9, 1e-12);
}

TEST(Rewriting, ChipsWriteSideBySide) {
  WeightTotals weights;
  weights.weights = 1e9;
  weights.cells = 8e9;
  weights.bytes = Bytes(1e9);
  const Rewriting one = rewriting_of(weights, testing::shipped_chip(), 1, 1);
  const Rewriting four = rewriting_of(weights, testing::shipped_chip(), 4, 2);
  EXPECT_NEAR(one.pulses / four.pulses, 4.0, 1e-3);
  EXPECT_NEAR(one.reading / four.reading, 2.0, 1e-12);
  EXPECT_NEAR(one.energy() / four.energy(), 1.0, 1e-12);
}

}  // namespace
}  // namespace ohm
