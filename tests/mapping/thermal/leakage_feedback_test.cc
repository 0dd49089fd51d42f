// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/leakage_feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using Vector = ThermalNetwork::Vector;

ThermalSpec one_watt_per_kelvin() {
  ThermalSpec spec;
  spec.kind = "network";
  spec.resistance = KelvinsPerWatt(1.0);
  spec.ambient = spec.leakage_reference = Kelvins(300.0);
  spec.leakage_doubling = Kelvins(20.0);
  spec.limit = Kelvins(1000.0);
  return spec;
}

ThermalNetwork chip(Index columns, Index rows, const ThermalSpec& spec = one_watt_per_kelvin()) {
  return {spec, {columns, rows, columns, rows, Metres(1e-3)}};
}

Vector spread(const ThermalNetwork& network, double watts) {
  return Vector::Constant(network.size(), watts / static_cast<double>(network.size()));
}

/// The twin: from temperature to power and back until nothing moves.
Vector iterated(const ThermalNetwork& network, const Vector& fixed, const Vector& leakage) {
  Vector rise = Vector::Zero(network.size());
  for (int i = 0; i < 5000; ++i) {
    Vector power = fixed;
    for (Index n = 0; n < power.size(); ++n) {
      power[n] +=
          leakage[n] * leakage_growth(network.spec(), network.spec().ambient + Kelvins(rise[n]));
    }
    rise = network.rise(power);
  }
  return rise;
}

TEST(LeakageFeedback, DoublesLeakageEverySoManyKelvin) {
  const ThermalSpec spec = one_watt_per_kelvin();
  EXPECT_EQ(leakage_growth(spec, Kelvins(300.0)), 1.0);
  EXPECT_EQ(leakage_growth(spec, Kelvins(320.0)), 2.0);
  EXPECT_EQ(leakage_growth(spec, Kelvins(360.0)), 8.0);
  EXPECT_EQ(leakage_growth(spec, Kelvins(280.0)), 0.5);
}

TEST(LeakageFeedback, WithoutLeakageIsTheLinearSolution) {
  const auto network = chip(5, 4);
  const Vector fixed = Vector::LinSpaced(20, 0.0, 2.0);
  const HotState state = with_leakage(network, fixed, Vector::Zero(20), "test");
  EXPECT_NEAR((state.rise - network.rise(fixed)).cwiseAbs().maxCoeff(), 0.0, 1e-9);
  EXPECT_EQ(state.leakage.sum(), 0.0);
  EXPECT_EQ(state.loop_gain, 0.0);
}

TEST(LeakageFeedback, OfAUniformChipSolvesItsScalarEquation) {
  // θ = R (P + L 2^(θ / 20)): with R = 1 K/W, P = 16 W, L = 2 W, θ = 20 K
  const auto network = chip(6, 3);
  const HotState state = with_leakage(network, spread(network, 16.0), spread(network, 2.0), "test");
  for (const double kelvin : state.rise) EXPECT_NEAR(kelvin, 20.0, 1e-8);
  EXPECT_NEAR(state.leakage.sum(), 4.0, 1e-8);
  EXPECT_NEAR(state.loop_gain, 4.0 * std::numbers::ln2 / 20.0, 1e-8);
}

TEST(LeakageFeedback, WhereLeakageIsNearlyLinearHasAClosedForm) {
  // leakage L (1 + s θ) on one node: θ = R (P + L) / (1 - R L s)
  ThermalSpec spec = one_watt_per_kelvin();
  spec.leakage_doubling = Kelvins(1e6);
  const auto network = chip(1, 1, spec);
  const double slope = std::numbers::ln2 / 1e6, fixed = 10.0, leakage = 5.0;
  const HotState state =
      with_leakage(network, spread(network, fixed), spread(network, leakage), "test");
  EXPECT_NEAR(state.rise[0], (fixed + leakage) / (1.0 - leakage * slope), 1e-8);
}

TEST(LeakageFeedback, AgreesWithRepeatedSubstitution) {
  const auto network = chip(5, 5);
  Vector fixed = Vector::Zero(25), leakage = Vector::Constant(25, 0.15);
  fixed[0] = 4.0;
  fixed[13] = 2.0;
  leakage[7] = 0.0;
  const HotState state = with_leakage(network, fixed, leakage, "test");
  EXPECT_LT((state.rise - iterated(network, fixed, leakage)).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_NEAR(heat_out(network, state.rise), fixed.sum() + state.leakage.sum(), 1e-8);
  EXPECT_LT(state.iterations, 12);
  EXPECT_GT(state.loop_gain, 0.0);
  EXPECT_LT(state.loop_gain, 1.0);
}

TEST(LeakageFeedback, RunsAwayAtTheThresholdOfTheScalarEquation) {
  // the line θ / R - P touches L 2^(θ / D) where L R = D / ln 2 · exp(-1 - P R ln 2 / D)
  const auto network = chip(4, 4);
  const double fixed = 10.0, e_fold = 20.0 / std::numbers::ln2;
  const double threshold = e_fold * std::exp(-1.0 - fixed / e_fold);
  const HotState edge =
      with_leakage(network, spread(network, fixed), spread(network, 0.9999 * threshold), "test");
  EXPECT_GT(edge.loop_gain, 0.98);
  EXPECT_LT(edge.loop_gain, 1.0);
  EXPECT_THROW(
      with_leakage(network, spread(network, fixed), spread(network, 1.0001 * threshold), "test"),
      ConfigError);
}

TEST(LeakageFeedback, NamesPowerResistanceAndTemperatureOfARunaway) {
  const auto network = chip(2, 2);
  const std::string text = error_text<ConfigError>(
      [&] { with_leakage(network, spread(network, 30.0), spread(network, 20.0), "hot"); });
  EXPECT_THAT(text, testing::StartsWith("chip hot: thermal runaway: 30 W and 20 W"));
  EXPECT_THAT(text, testing::HasSubstr("1 K/W"));
  EXPECT_THAT(text, testing::HasSubstr("300 K"));
}

TEST(LeakageFeedback, RefusesTilesAboveTheLimit) {
  ThermalSpec spec = one_watt_per_kelvin();
  spec.limit = Kelvins(350.0);
  const auto network = chip(3, 1, spec);
  const Vector none = Vector::Zero(3);
  EXPECT_NO_THROW(with_leakage(network, spread(network, 49.99), none, "test"));
  EXPECT_THROW(with_leakage(network, spread(network, 50.01), none, "test"), ConfigError);
  EXPECT_THROW(with_leakage(network, spread(network, 1e12), none, "test"), ConfigError);
  EXPECT_THROW(with_leakage(network, none, spread(network, 1e300), "test"), ConfigError);
}

TEST(LeakageFeedback, StaysAtTheAmbientWithoutPower) {
  const auto network = chip(3, 2);
  const Vector none = Vector::Zero(6);
  EXPECT_EQ(with_leakage(network, none, none, "test").rise.maxCoeff(), 0.0);
}

}  // namespace
}  // namespace ohm
