// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/mvm_activity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/error.h"
#include "crossbar/encoding/input_encoding.h"

namespace ohm {
namespace {

struct Case {
  MacroSpec macro;
  MvmBlock block{37, 5, 11};
  std::vector<std::int32_t> inputs;
  std::vector<double> g;  // rows × bitlines
  Index bitlines = 40;

  std::vector<double> row_sums() const {
    std::vector<double> sums;
    for (Index i = 0; i < block.rows; ++i) {
      double sum = 0.0;
      for (Index j = 0; j < bitlines; ++j) sum += g[static_cast<size_t>(i * bitlines + j)];
      sums.push_back(sum);
    }
    return sums;
  }
};

/// Random inputs and conductances of 1 to 40 in steps of one: sums are exact integers.
Case random_case(unsigned seed) {
  Case c;
  std::mt19937 random(seed);
  for (Index i = 0; i < c.block.mvms * c.block.rows; ++i) {
    c.inputs.push_back(static_cast<std::int32_t>(random() % 256) - 128);
  }
  for (Index i = 0; i < c.block.rows * c.bitlines; ++i)
    c.g.push_back(1.0 + static_cast<double>(random() % 40));
  return c;
}

/// Σ over MVMs, steps, rows and cells, one by one; one unit of any step is the same amplitude.
double brute_force(const Case& c) {
  double sum = 0.0, full = 1.0;
  for (const InputSlice& slice : input_slices(c.macro.input)) {
    full = std::max(full, static_cast<double>(slice.top()));
  }
  for (Index t = 0; t < c.block.mvms; ++t) {
    for (const InputSlice& slice : input_slices(c.macro.input)) {
      for (Index i = 0; i < c.block.rows; ++i) {
        const Index s = slice.value(c.inputs[static_cast<size_t>(t * c.block.rows + i)]);
        const double level = std::abs(static_cast<double>(s)) / full;
        const double share = c.macro.array.topology == "driven" ? level * level : level;
        for (Index j = 0; j < c.bitlines; ++j) {
          sum += share * c.g[static_cast<size_t>(i * c.bitlines + j)];
        }
      }
    }
  }
  return sum;
}

TEST(MvmActivity, BitSerialPopcountEqualsBruteForceExactly) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const Case c = random_case(seed);
    const MvmActivity activity = measured_activity(c.macro, c.block, c.inputs, c.row_sums());
    EXPECT_EQ(activity.conductance.si(), brute_force(c));
    std::int64_t popcount = 0;
    double weighted = 0.0;
    for (size_t i = 0; i < c.inputs.size(); ++i) {
      const int ones = std::popcount(static_cast<std::uint32_t>(c.inputs[i]) & 0xffU);
      popcount += ones;
      weighted += ones * c.row_sums()[i % static_cast<size_t>(c.block.rows)];
    }
    EXPECT_EQ(activity.row_toggles, popcount);
    EXPECT_EQ(activity.conductance.si(), weighted);
  }
}

// DNN+NeuroSim (MultilevelSenseAmp.cpp) divides by levels - 1 in integers: its share is zero.
TEST(MvmActivity, MultiBitStepsEqualBruteForceInBothTopologies) {
  for (const char* topology : {"gated", "driven"}) {
    for (const char* encoding : {"bit_serial", "bipolar"}) {
      for (const Index slice_bits : {1, 2, 3, 7, 8}) {
        Case c = random_case(7);
        c.macro.array.topology = topology;
        c.macro.input.encoding = encoding;
        c.macro.input.slice_bits = slice_bits;
        const MvmActivity activity = measured_activity(c.macro, c.block, c.inputs, c.row_sums());
        EXPECT_NEAR(activity.conductance.si() / brute_force(c), 1.0, 1e-12)
            << topology << ' ' << encoding << ' ' << slice_bits;
      }
    }
  }
}

TEST(MvmActivity, CountsFollowFromTheShape) {
  Case c = random_case(1);
  c.macro.array.rows_active = 16;  // 37 rows: 3 groups
  const MvmActivity activity = measured_activity(c.macro, c.block, c.inputs, c.row_sums());
  EXPECT_EQ(activity.conversions, 11 * 3 * 8 * 5 * 4);
  EXPECT_EQ(activity.row_drives, 11 * 37 * 8);
}

TEST(MvmActivity, ActivitiesOfHalvesAddUp) {
  const Case c = random_case(3);
  const auto half = static_cast<size_t>(5 * c.block.rows);
  const std::span<const std::int32_t> inputs(c.inputs);
  MvmActivity sum = measured_activity(c.macro, {37, 5, 5}, inputs.first(half), c.row_sums());
  sum += measured_activity(c.macro, {37, 5, 6}, inputs.subspan(half), c.row_sums());
  EXPECT_EQ(sum, measured_activity(c.macro, c.block, inputs, c.row_sums()));
}

TEST(MvmActivity, NoInputAndNoMvmMeanNoDrive) {
  Case c = random_case(1);
  c.inputs.assign(c.inputs.size(), 0);
  const MvmActivity idle = measured_activity(c.macro, c.block, c.inputs, c.row_sums());
  EXPECT_EQ(idle.row_toggles, 0);
  EXPECT_EQ(idle.conductance.si(), 0.0);
  EXPECT_GT(idle.conversions, 0);
  EXPECT_EQ(measured_activity(c.macro, {37, 5, 0}, {}, c.row_sums()), MvmActivity{});
}

TEST(MvmActivity, ExpectationMeetsTheMeanOfRandomTensors) {
  std::mt19937 random(5);
  for (const char* topology : {"gated", "driven"}) {
    for (const Index slice_bits : {1, 3}) {
      MacroSpec macro;
      macro.array.topology = topology;
      macro.input.slice_bits = slice_bits;
      const MvmBlock block{64, 16, 2000};
      std::bernoulli_distribution bit(0.3);
      std::vector<std::int32_t> inputs(static_cast<size_t>(block.rows * block.mvms));
      for (auto& x : inputs) {
        std::uint32_t bits = 0;
        for (int b = 0; b < 8; ++b) bits = (bits << 1U) | (bit(random) ? 1U : 0U);
        x = static_cast<std::int8_t>(bits);
      }
      const InputStatistics statistics{0.3, 0.4};
      const double mean = macro.device.g_min.si() + 0.4 * macro.device.range().si();
      const std::vector<double> rows(64, 128 * mean);
      const MvmActivity exact = measured_activity(macro, block, inputs, rows);
      const MvmActivity expected = expected_activity(macro, block, statistics);
      EXPECT_EQ(exact.conversions, expected.conversions);
      EXPECT_EQ(exact.row_drives, expected.row_drives);
      // 128,000 inputs of at least three steps: one sigma is below 0.25 %.
      EXPECT_NEAR(
          static_cast<double>(exact.row_toggles) / static_cast<double>(expected.row_toggles), 1.0,
          0.01);
      EXPECT_NEAR(exact.conductance / expected.conductance, 1.0, 0.01) << topology << slice_bits;
    }
  }
}

TEST(MvmActivity, ExpectationIncludesTheReferenceBitline) {
  MacroSpec macro;
  macro.weight.encoding = "offset_column";
  const MvmActivity activity = expected_activity(macro, {1, 1, 1}, {1.0, 0.0});
  EXPECT_NEAR(activity.conductance / macro.device.g_min, 8 * 5.0,
              1e-9);  // 4 cells and the reference
}

/// Pairs on neighbouring wordlines, driven bit by bit in two phases.
MacroSpec planes_macro() {
  MacroSpec macro;
  macro.array.topology = "driven";
  macro.weight.pair = "wordlines";
  macro.input.encoding = "bit_planes";
  macro.input.split_above = 3;
  return macro;
}

TEST(MvmActivity, BitPlanesPulseBothWordlinesOfAPairForEveryOneOfTheMagnitude) {
  Case c = random_case(11);
  c.macro = planes_macro();
  for (auto& x : c.inputs) x = std::max(x, -127);
  const MvmActivity activity = measured_activity(c.macro, c.block, c.inputs, c.row_sums());
  std::int64_t ones = 0;
  double weighted = 0.0;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    const int n = std::popcount(static_cast<std::uint32_t>(std::abs(c.inputs[i])));
    ones += n;
    weighted += n * c.row_sums()[i % static_cast<size_t>(c.block.rows)];
  }
  EXPECT_EQ(activity.row_toggles, 2 * ones);
  EXPECT_EQ(activity.conductance.si(), weighted);
  EXPECT_EQ(activity.row_drives, 2 * 11 * 37 * 7);  // seven planes
  EXPECT_EQ(activity.conversions, 11 * 2 * 5 * 4);  // two phases
}

TEST(MvmActivity, ExpectationOfBitPlanesMeetsTheMeanOfRandomTensors) {
  const MacroSpec macro = planes_macro();
  const MvmBlock block{64, 16, 2000};
  std::mt19937 random(9);
  std::bernoulli_distribution bit(0.3);
  std::vector<std::int32_t> inputs(static_cast<size_t>(block.rows * block.mvms));
  for (auto& x : inputs) {
    for (int b = 0; b < 7; ++b) x |= (bit(random) ? 1 : 0) << b;
    if (bit(random)) x = -x;
  }
  const double mean = macro.device.g_min.si() + 0.4 * macro.device.range().si();
  const std::vector<double> rows(64, 16 * 4 * 2 * mean);  // 4 slices on two wordlines
  const MvmActivity exact = measured_activity(macro, block, inputs, rows);
  const MvmActivity expected = expected_activity(macro, block, {0.3, 0.4});
  EXPECT_EQ(exact.conversions, expected.conversions);
  EXPECT_EQ(exact.row_drives, expected.row_drives);
  EXPECT_NEAR(exact.conductance / expected.conductance, 1.0, 0.01);
  EXPECT_NEAR(static_cast<double>(exact.row_toggles) / static_cast<double>(expected.row_toggles),
              1.0, 0.01);
}

TEST(MvmActivity, DigitalSubtractionConvertsBothBitlinesOfAPair) {
  MacroSpec macro;
  const MvmBlock block{37, 5, 3};
  const std::int64_t once = expected_activity(macro, block, {}).conversions;
  macro.weight.subtraction = "digital";
  EXPECT_EQ(expected_activity(macro, block, {}).conversions, 2 * once);
}

TEST(MvmActivity, CountedCodesAreTheSharesOfTheLargestCode) {
  const std::vector<std::int32_t> codes{127, -127, 0, 1};
  EXPECT_DOUBLE_EQ(counted_codes(codes, 8), 2.0 + 1.0 / 127.0);
  EXPECT_EQ(counted_codes({}, 8), 0.0);
  EXPECT_THROW(counted_codes(codes, 1), ArgumentError);
}

TEST(MvmActivity, ExpectedCodesFollowTheWorkloadAndMeetMeasuredOnes) {
  std::mt19937 random(2);
  std::normal_distribution<double> sum(0.0, 127.0 / 4.0);  // full scale at 4 sigma
  constexpr int kTrials = 400, kColumns = 256;
  double mean = 0.0;
  std::vector<double> largest;
  for (int t = 0; t < kTrials; ++t) {
    double top = 0.0;
    for (int j = 0; j < kColumns; ++j) {
      const double share = std::min(1.0, std::abs(sum(random)) / 127.0);
      mean += share / (kTrials * kColumns);
      top = std::max(top, share);
    }
    largest.push_back(top);
  }
  std::ranges::nth_element(largest, largest.begin() + kTrials / 2);
  EXPECT_NEAR(mean, MacroSpec{}.workload.code_share, 0.002);
  EXPECT_NEAR(largest[kTrials / 2], largest_share(mean, kColumns), 0.01);
  EXPECT_EQ(largest_share(0.0, 256), 0.0);
  EXPECT_EQ(largest_share(0.9, 256), 1.0);
  EXPECT_NEAR(largest_share(0.2, 1), 0.169, 0.001);  // median of |normal|: 0.6745 of a quarter
}

TEST(MvmActivity, WorkloadIsWhatIsAssumedWithoutTensors) {
  MacroSpec macro;
  macro.workload = {0.25, 0.125, 0.0625};
  const InputStatistics assumed = assumed_statistics(macro);
  EXPECT_EQ(assumed.bit_density, 0.25);
  EXPECT_EQ(assumed.cell_level, 0.125);
  EXPECT_EQ(assumed.code_share, 0.0625);
  EXPECT_FALSE(assumed.active_share || assumed.drive_share);
}

TEST(MvmActivity, CodesThatNobodyStatesAreThoseOfTheMacro) {
  MacroSpec macro;
  macro.workload.code_share = 0.0625;
  const MvmBlock block{128, 16, 1};
  const MvmActivity silent = expected_activity(macro, block, InputStatistics{0.5, 0.25});
  EXPECT_DOUBLE_EQ(silent.counted, 0.0625 * static_cast<double>(silent.conversions));
  InputStatistics stated{0.5, 0.25};
  stated.code_share = 0.5;
  EXPECT_DOUBLE_EQ(expected_activity(macro, block, stated).counted,
                   0.5 * static_cast<double>(silent.conversions));
}

TEST(MvmActivity, RefusesWhatDoesNotFit) {
  const Case c = random_case(1);
  const auto rows = c.row_sums();
  EXPECT_THROW(measured_activity(c.macro, {37, 5, 10}, c.inputs, rows), ArgumentError);
  EXPECT_THROW(measured_activity(c.macro, c.block, c.inputs, {}), ArgumentError);
  EXPECT_THROW(require_fit(c.macro, {129, 1, 1}), ArgumentError);
  EXPECT_THROW(require_fit(c.macro, {1, 17, 1}), ArgumentError);
  EXPECT_THROW(require_fit(c.macro, {1, 1, -1}), ArgumentError);
  EXPECT_NO_THROW(require_fit(c.macro, {128, 16, 1}));
  EXPECT_THROW(expected_activity(c.macro, c.block, {1.5, 0.5}), ArgumentError);
  EXPECT_THROW(expected_activity(c.macro, c.block, {0.5, std::nan("")}), ArgumentError);
  EXPECT_THROW(expected_activity(c.macro, c.block, {0.5, 0.5, {}, {}, -0.1}), ArgumentError);
}

TEST(MvmActivity, SpeculationConvertsTheWideStepsAndAShareOfTheNarrowOnes) {
  MacroSpec macro;
  const MvmBlock block{100, 10, 50};
  const MvmActivity plain = expected_activity(macro, block, {});
  macro.input.speculation = {{4, 2, 2}, 0.02};
  const MvmActivity tried = expected_activity(macro, block, {});
  EXPECT_EQ(plain.conversions, 50 * 10 * 4 * 8);
  EXPECT_EQ(tried.conversions, std::llround(50 * 10 * 4 * 3.16));
  EXPECT_EQ(tried.row_drives, 50 * 100 * 11);
  InputStatistics seen;
  seen.recovery = 0.5;
  EXPECT_EQ(expected_activity(macro, block, seen).conversions, 50 * 10 * 4 * 7);
  seen.recovery = 1.5;
  EXPECT_THROW(expected_activity(macro, block, seen), ArgumentError);
}

TEST(MvmActivity, WideStepsLastLongerThanNarrowOnes) {
  MacroSpec macro;  // gated: the value is the length of the pulse
  macro.input.speculation = {{4, 2, 2}, 0.02};
  // 0b0101'0110: 5 + 1 + 2 units of the wide steps and four ones, of 15 units
  const std::vector<std::int32_t> input{0b01010110};
  const MvmActivity a = measured_activity(macro, {1, 1, 1}, input, std::vector<double>{1.0});
  EXPECT_DOUBLE_EQ(a.conductance.si(), (5 + 1 + 2 + 4) / 15.0);
  EXPECT_EQ(a.row_toggles, 3 + 4);
  EXPECT_EQ(a.conversions, std::llround(4 * 3.16));
}

}  // namespace
}  // namespace ohm
