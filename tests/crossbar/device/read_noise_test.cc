// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/read_noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

DeviceSpec noisy(const std::string& noise) {
  return shipped_device("ideal", {{"noise", noise}});
}

// An integrator of t_read has the bandwidth 1 / (2 t_read): 0.5 ns gives 1 GHz.
TEST(ReadNoise, ThermalNoiseOfTheTextbook) {
  EXPECT_NEAR(std::sqrt(thermal_variance(Siemens(100e-6), Kelvins(300), Seconds(0.5e-9))), 40.70e-9,
              0.01e-9);
  EXPECT_NEAR(std::sqrt(thermal_variance(Siemens(100e-6), Kelvins(300), Seconds(10e-9))), 9.10e-9,
              0.005e-9);
  const DeviceSpec cell = noisy("{white: thermal}");
  const double current = read_sigma(cell, Siemens(100e-6), Volts(0.2), Seconds(0.5e-9)).si() * 0.2;
  EXPECT_NEAR(current, 40.70e-9, 0.01e-9);
}

TEST(ReadNoise, ShotNoiseFarAboveThermalVoltageAndThermalNoiseFarBelow) {
  const DeviceSpec cell = noisy("{white: thermal_shot}");
  // 20 uA at 10 V >> k_B T / q: sqrt(2 q I B) at 1 GHz
  const double shot = read_sigma(cell, Siemens(2e-6), Volts(10), Seconds(0.5e-9)).si() * 10.0;
  EXPECT_NEAR(shot, 80.05e-9, 0.01e-9);
  const double thermal =
      read_sigma(cell, Siemens(100e-6), Volts(1e-4), Seconds(0.5e-9)).si() * 1e-4;
  EXPECT_NEAR(thermal, 40.70e-9, 0.01e-9);
  // between them the junction formula stays below the sum of both
  const double middle = read_sigma(cell, Siemens(100e-6), Volts(0.05), Seconds(0.5e-9)).si() * 0.05;
  EXPECT_LT(middle * middle, 40.70e-9 * 40.70e-9 + 2 * kElementaryCharge * 5e-6 * 1e9);
  EXPECT_GT(middle, 40.70e-9);
}

TEST(ReadNoise, LumpedNoiseIsTheShareThatWasAskedFor) {
  const DeviceSpec cell = shipped_device("ideal", {{"read_noise", "0.01"}});
  EXPECT_DOUBLE_EQ(read_sigma(cell, Siemens(20e-6), Volts(0.2), Seconds(1e-8)).si(), 0.2e-6);
  EXPECT_DOUBLE_EQ(read_sigma(cell, Siemens(0.0), Volts(0.2), Seconds(1e-8)).si(), 0.0);
}

TEST(ReadNoise, OnlyThermalNoiseOutlivesTheBias) {
  const DeviceSpec cell = shipped_device(
      "ideal", {{"read_noise", "0.01"}, {"noise", "{white: thermal, flicker: 0.003}"}});
  const ReadNoise noise(cell, Volts(0.2), Seconds(1e-8));
  const double v2 = 0.2 * 0.2, g = 20e-6;
  const double thermal = thermal_variance(Siemens(g), Kelvins(300), Seconds(1e-8)) / v2;
  const double total = std::pow(noise.sigma(Siemens(g)).si(), 2);
  EXPECT_NEAR(total, noise.bias_variance(Siemens(g)) + thermal, 1e-9 * total);
}

// A wordline that is driven to 0 V leaves its cells' thermal noise; one that is gated off does not.
TEST(ReadNoise, ThermalNoiseOfADrivenColumnIgnoresTheInputsAndOfAGatedOneCountsThem) {
  const double g = 20e-6;
  const auto variance = [&](double cells) {
    return thermal_variance(Siemens(cells * g), Kelvins(300), Seconds(1e-8));
  };
  EXPECT_DOUBLE_EQ(variance(128), 128 * variance(1));
  EXPECT_NEAR(std::sqrt(variance(128)), 46e-9, 0.5e-9);
  EXPECT_DOUBLE_EQ(variance(64) / variance(128), 0.5);
}

TEST(ReadNoise, TelegraphAveragesAsAMarkovSignalDoes) {
  EXPECT_NEAR(telegraph_average(10.0), 0.18000091, 1e-8);
  EXPECT_NEAR(telegraph_average(0.01), 0.99668, 1e-5);
  EXPECT_NEAR(telegraph_average(1e-4 * 1.0001), telegraph_average(1e-4 * 0.9999), 1e-8);
  EXPECT_NEAR(telegraph_average(1e6), 2e-6, 1e-11);
}

TEST(ReadNoise, TelegraphAverageAgreesWithASimulatedTrap) {
  // two states, capture and emission 2 τ each, so that 1/τ = 1/τc + 1/τe with τ = 1; T = 10
  const Index trials = 20000;
  std::vector<float> u(200);
  double sum = 0.0, squares = 0.0;
  for (Index k = 0; k < trials; ++k) {
    fill_uniform({9, 0, 200}, {static_cast<std::uint32_t>(k), 0, 0}, 0, u);
    double t = 0.0, high = 0.0;
    bool up = u[0] < 0.5F;
    for (size_t i = 1; t < 10.0; ++i) {
      const double stay = std::min(-2.0 * std::log(static_cast<double>(u[i])), 10.0 - t);
      high += up ? stay : 0.0;
      t += stay;
      up = !up;
    }
    sum += high / 10.0;
    squares += high * high / 100.0;
  }
  const double n = static_cast<double>(trials), mean = sum / n;
  const double variance = squares / n - mean * mean;
  EXPECT_NEAR(variance / 0.25, telegraph_average(10.0), 5 * 0.18 * std::sqrt(2.0 / n));
}

TEST(ReadNoise, FlickerGrowsWithTheLogarithmOfTime) {
  EXPECT_NEAR(std::sqrt(flicker_efolds(Seconds(86420), Seconds(250e-9))), 5.08680962, 1e-8);
}

// Together the frozen part and the part of each conversion are the noise since programming.
TEST(ReadNoise, TheRunTimeDividesFlickerIntoFrozenAndFresh) {
  DeviceSpec cell = noisy("{flicker: 0.005}");
  cell.age = Seconds(86400);
  const Siemens g(20e-6);
  for (const double run : {1e-3, 1.0, 100.0}) {
    cell.noise.run_time = Seconds(run);
    const double frozen = frozen_flicker(cell, g) / g;
    const double fresh = read_sigma(cell, g, Volts(0.2), Seconds(1e-7)) / g;
    const double whole = 0.005 * 0.005 * flicker_efolds(Seconds(86400 + run), Seconds(1e-7));
    EXPECT_NEAR(frozen * frozen + fresh * fresh, whole, 1e-3 * whole) << run;
  }
  const Moments m = moments_of(cells_at(cell, g.si()));
  EXPECT_NEAR(m.sigma, frozen_flicker(cell, g).si(), 5 * m.sigma / 1.4e3);
}

TEST(ReadNoise, TheRunTimeDividesTelegraphNoiseToo) {
  DeviceSpec cell = noisy("{rtn: {amplitude: 0.1, tau_min: 1 us, tau_max: 100 s, traps: 1.5}}");
  const double g = 20e-6, whole = 0.25 * 1.5 * 0.01;  // λ A² / 4
  const Moments frozen = moments_of(cells_at(cell, g));
  const double fresh = read_sigma(cell, Siemens(g), Volts(0.2), Seconds(1e-9)).si() / g;
  EXPECT_NEAR(std::pow(frozen.sigma / g, 2) + fresh * fresh, whole, 0.01 * whole);
  EXPECT_NEAR(frozen.mean, g, 5 * frozen.sigma / 1e3);
  EXPECT_GT(frozen.sigma / g, 0.02);
  EXPECT_GT(fresh, 0.02);
}

TEST(ReadNoise, RefusesReadsWithoutATime) {
  const DeviceSpec cell = noisy("{white: thermal}");
  EXPECT_THROW(read_sigma(cell, Siemens(1e-6), Volts(0.2), Seconds(0)), ArgumentError);
  EXPECT_THROW(read_sigma(cell, Siemens(1e-6), Volts(0.2), Seconds(std::nan(""))), ArgumentError);
}

}  // namespace
}  // namespace ohm
