// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/sampling_noise.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

TEST(SamplingNoise, IsTheRootOfThermalEnergyOverCapacitance) {
  const Kelvins room(300.0);
  EXPECT_NEAR(sampling_noise(Farads(1e-15), room).si(), 2.035e-3, 2e-6);
  EXPECT_NEAR(sampling_noise(Farads(100e-15), room).si(), 0.2035e-3, 2e-7);
  EXPECT_NEAR(sampling_noise(Farads(1e-12), room).si(), 64.36e-6, 6e-8);
}

TEST(SamplingNoise, FourTimesTheCapacitanceGainsOneBit) {
  const Kelvins room(300.0);
  const double small = sampling_snr_db(Farads(10e-15), room, Volts(0.4));
  EXPECT_NEAR(sampling_snr_db(Farads(40e-15), room, Volts(0.4)) - small, 6.0206, 1e-3);
  EXPECT_NEAR(small, 46.84, 0.01);  // 0.02 V² against 414.2e-9 V²
}

TEST(SamplingNoise, RefusesNothingToSampleOn) {
  EXPECT_THROW(sampling_noise(Farads(0.0), Kelvins(300.0)), ArgumentError);
  EXPECT_THROW(sampling_noise(Farads(1e-15), Kelvins(-1.0)), ArgumentError);
}

}  // namespace
}  // namespace ohm
