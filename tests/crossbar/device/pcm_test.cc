// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/pcm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

/// Statistics at one state x = G / reference.
struct State {
  double x, sigma_us, nu, nu_sigma, flicker;
};

void expect_states(const char* name, double reference_us, const std::vector<State>& states) {
  const DeviceSpec cell = shipped_device(name);
  for (const State& s : states) {
    const Siemens g(s.x * reference_us * 1e-6);
    const Spread drift = cell.model->drift(g, cell);
    EXPECT_NEAR(cell.sigma(g).si() * 1e6, s.sigma_us, 1e-8) << name << " " << s.x;
    EXPECT_NEAR(drift.centre, s.nu, 1e-9) << name << " " << s.x;
    EXPECT_NEAR(drift.width, s.nu_sigma, 1e-9) << name << " " << s.x;
    EXPECT_NEAR(cell.model->flicker_noise(g, cell) / g, s.flicker, 1e-9) << name << " " << s.x;
  }
}

// Values of the published fits, computed in NumPy.
TEST(PcmDevice, MeetsThePublishedFits) {
  expect_states("pcm_nandakumar", 25,
                {{0.04, 0.34020304, 0.074292575285, 0.034335947811, 0.071308890254},
                 {0.2, 0.609556, 0.049346287643, 0.014217973905, 0.025050314055},
                 {1.0, 1.05538, 0.049, 0.008, 0.0088}});
  expect_states("pcm_hermes_1", 10.35,
                {{0.05, 0.2687184092975, 0.097734838987, 0.033648787283, 0.027166711734},
                 {0.2, 0.54168901184, 0.069336, 0.017013254949, 0.0192832},
                 {1.0, 1.00756712, 0.0174, 0.0055, 0.0168}});
  expect_states("pcm_hermes_2", 20.7,
                {{0.05, 0.38131912447375, 0.097734838987, 0.029350067601, 0.028150067601},
                 {0.5, 0.99101320375, 0.0564, 0.009, 0.0167125},
                 {1.0, 1.09269857, 0.0174, 0.0048, 0.0123}});
}

// Joshi et al. 2020: sigma below 1.2 uS, median over eleven levels 0.94 uS.
TEST(PcmDevice, JoshiCellsErrAsPublished) {
  const DeviceSpec cell = shipped_device("pcm_joshi");
  std::vector<double> sigmas;
  for (int level = 1; level <= 11; ++level) {
    sigmas.push_back(cell.sigma(Siemens(level * 25e-6 / 11)).si() * 1e6);
    EXPECT_LT(sigmas.back(), 1.2);
  }
  std::sort(sigmas.begin(), sigmas.end());
  EXPECT_NEAR(sigmas[5], 0.94, 0.08);
  EXPECT_NEAR(cell.sigma(Siemens(10e-6)).si() * 1e6,
              -0.00178767 * 100 + 0.07585724 * 10 + 0.28638599, 1e-8);
}

TEST(PcmDevice, DriftsByItsExponentAndSpreadsByTheirs) {
  DeviceSpec cell = shipped_device("pcm_nandakumar", {{"sigma_scale", "0"}});
  auto& model = dynamic_cast<PcmDevice&>(*cell.model);
  model.noise = StateCurve{};
  cell.age = Seconds(86400);
  const auto g = cells_at(cell, 25e-6);
  std::vector<double> exponents;
  for (const double x : g) exponents.push_back(-std::log(x / 25e-6) / std::log(4321.0));
  const Moments m = moments_of(exponents);
  EXPECT_NEAR(m.mean, 0.049, 5 * 0.008 / 1e3);
  EXPECT_NEAR(m.sigma, 0.008, 5 * 0.008 / 1.4e3);
  EXPECT_LT(ks_statistic(exponents, [](double nu) { return normal_below((nu - 0.049) / 0.008); }),
            1.95);
}

// aihwkit (4545f11) draws its drift anew at every call: a time sweep there does not follow a chip.
TEST(PcmDevice, ATimeSweepFollowsOneChip) {
  const auto at = [](const char* age) {
    DeviceSpec cell = shipped_device("pcm_nandakumar", {{"age", age}});
    dynamic_cast<PcmDevice&>(*cell.model).noise = StateCurve{};
    return cells_at(cell, 20e-6, 1000);
  };
  const auto programmed = at("0 s"), hour = at("1 h"), day = at("1 day");
  for (size_t j = 0; j < hour.size(); ++j) {
    const double nu = -std::log(hour[j] / programmed[j]) / std::log(3620.0 / 20.0);
    EXPECT_NEAR(std::log(day[j] / programmed[j]), -nu * std::log(4321.0), 1e-9);
  }
}

TEST(PcmDevice, RefusesToLeaveTheFit) {
  EXPECT_EQ(refusal_of("pcm_nandakumar", {{"g_max", "25 uS"}}), "");
  EXPECT_THAT(refusal_of("pcm_nandakumar", {{"g_max", "25.1 uS"}}),
              testing::HasSubstr("leaves the range of the measurement, [0 S, 25 uS] (Nandakumar"));
  EXPECT_THAT(refusal_of("pcm_nandakumar", {{"age", "2 years"}}),
              testing::HasSubstr("outside the measured times"));
}

}  // namespace
}  // namespace ohm
