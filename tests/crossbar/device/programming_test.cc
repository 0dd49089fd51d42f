// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/programming.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace ohm {
namespace {

TEST(Programming, LongestOfManyGeometricCountsFollowsTheFormula) {
  EXPECT_NEAR(expected_longest(1.0 / 0.117, 4096), 71.99, 0.02);
  EXPECT_EQ(expected_longest(1.0, 4096), 1.0);
  EXPECT_EQ(expected_longest(8.0, 1), 8.0);
}

TEST(Programming, LongestOfManyGeometricCountsAgreesWithASimulation) {
  const double p = 0.117;
  const Index trials = 400, cells = 4096;
  std::vector<float> u(static_cast<size_t>(cells));
  double sum = 0.0;
  for (Index k = 0; k < trials; ++k) {
    fill_uniform({4, 0, 200}, {static_cast<std::uint32_t>(k), 0, 0}, 0, u);
    const double least = static_cast<double>(*std::min_element(u.begin(), u.end()));
    sum += std::ceil(std::log(least) / std::log1p(-p));
  }
  EXPECT_NEAR(sum / static_cast<double>(trials), expected_longest(1.0 / p, 4096), 0.02 * 72);
}

TEST(Programming, EnergyOfAPulseIsThatOfTheTextbook) {
  ProgrammingSpec spec;
  spec.pulse_voltage = Volts(1.75);
  spec.pulse_time = Seconds(1e-6);
  spec.verify_voltage = Volts(0.0);
  spec.pulses_mean = 8.52;
  // 1.75 V, 20 uS, 1 us: 61.25 pJ per pulse, 0.52 nJ per cell
  const ProgrammingCost cost = fitted_cost(spec, 1000, Siemens(20e-6));
  EXPECT_NEAR(cost.joules.si(), 1000 * 8.52 * 61.25e-12, 1e-15);
  EXPECT_DOUBLE_EQ(cost.pulses, 8520);
  EXPECT_DOUBLE_EQ(cost.verify_reads, 9520);
}

TEST(Programming, AControllerInLockstepWaitsForTheSlowest) {
  ProgrammingSpec spec;
  spec.pulses_mean = 8.52;
  spec.verify_time = Seconds(0.0);
  const double independent = fitted_cost(spec, 8192, Siemens(20e-6)).seconds.si();
  EXPECT_NEAR(independent, 2 * 8.52e-6, 1e-12);
  spec.controller = "lockstep";
  EXPECT_NEAR(fitted_cost(spec, 8192, Siemens(20e-6)).seconds.si(),
              2e-6 * expected_longest(8.52, 4096), 1e-12);
}

TEST(Programming, RunsOfCellsShareTheControllers) {
  const ProgrammingSpec spec;  // 4096 at a time
  ProgrammingCost sum;
  for (int run = 0; run < 32; ++run) sum += fitted_cost(spec, 128, Siemens(20e-6));
  EXPECT_DOUBLE_EQ(programming_time(spec, sum).si(),
                   fitted_cost(spec, 4096, Siemens(20e-6)).seconds.si());
  EXPECT_DOUBLE_EQ(sum.seconds.si(), 32 * programming_time(spec, sum).si());
}

TEST(Programming, CostsAddUpAndNothingCostsNothing) {
  const ProgrammingSpec spec;
  ProgrammingCost sum = fitted_cost(spec, 4096, Siemens(20e-6));
  sum += fitted_cost(spec, 4096, Siemens(20e-6));
  const ProgrammingCost whole = fitted_cost(spec, 8192, Siemens(20e-6));
  EXPECT_DOUBLE_EQ(sum.joules.si(), whole.joules.si());
  EXPECT_DOUBLE_EQ(sum.seconds.si(), whole.seconds.si());
  EXPECT_DOUBLE_EQ(sum.cycles, whole.cycles);
  const ProgrammingCost none = fitted_cost(spec, 0, Siemens(0.0));
  EXPECT_EQ(none.seconds.si(), 0.0);
  EXPECT_EQ(none.joules.si(), 0.0);
}

}  // namespace
}  // namespace ohm
