// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/leakage_feedback.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

using Vector = ThermalNetwork::Vector;
using Matrix = ThermalNetwork::Matrix;

constexpr Index kMostIterations = 200;
constexpr double kTolerance = 1e-10;  // K, per kelvin of rise

Vector leakage_at(const ThermalSpec& spec, const Vector& leakage, const Vector& rise) {
  Vector hot = leakage;
  for (Eigen::Index i = 0; i < hot.size(); ++i) {
    if (hot[i] > 0.0) hot[i] *= leakage_growth(spec, spec.ambient + Kelvins(rise[i]));
  }
  return hot;
}

/// The figures that decide, in one clause.
std::string shown(const ThermalSpec& spec, const Vector& fixed, const Vector& leakage) {
  return fmt::format(
      "{:.4g} W and {:.4g} W of leakage (at {:.4g} K) through {:.4g} K/W to an "
      "ambient of {:.4g} K",
      fixed.sum(), leakage.sum(), spec.leakage_reference.si(), spec.resistance.si(),
      spec.ambient.si());
}

/// Perron root of G⁻¹ D by power iteration; D is the slope of leakage, W/K by node.
double perron_root(const ThermalNetwork& network, const Vector& slope) {
  if (slope.maxCoeff() <= 0.0) return 0.0;
  Vector mode = Vector::Ones(slope.size());
  double root = 0.0;
  for (Index step = 0; step < kMostIterations; ++step) {
    const Vector next = network.rise(slope.cwiseProduct(mode));
    const double before = std::exchange(root, next.maxCoeff());
    mode = next / root;
    if (std::abs(root - before) <= 1e-9 * root) break;
  }
  return root;
}

void require_below_limit(const ThermalNetwork& network, const Vector& rise, const Vector& fixed,
                         const Vector& leakage, const std::string& name) {
  const ThermalSpec& spec = network.spec();
  const double hottest = spec.ambient.si() + rise.maxCoeff();
  if (hottest <= spec.limit.si()) return;
  throw ConfigError(fmt::format(
      "chip {}: thermal: {} heat a tile to at least {:.4g} K; expected at most thermal.limit, "
      "{:.4g} K: lower the power, the leakage or thermal.resistance",
      name, shown(spec, fixed, leakage), hottest, spec.limit.si()));
}

}  // namespace

double leakage_growth(const ThermalSpec& spec, Kelvins temperature) {
  return std::exp2((temperature - spec.leakage_reference) / spec.leakage_doubling);
}

HotState with_leakage(const ThermalNetwork& network, const Vector& fixed, const Vector& leakage,
                      const std::string& name) {
  const ThermalSpec& spec = network.spec();
  const double steepness = std::numbers::ln2 / spec.leakage_doubling.si();
  HotState state{Vector::Zero(network.size()),
                 leakage_at(spec, leakage, Vector::Zero(network.size())), 0, 0.0};
  ThermalNetwork::Cholesky factors;
  factors.analyzePattern(network.conductance());
  double change = 0.0;
  while (state.iterations++ < kMostIterations) {
    Matrix jacobian = network.conductance();
    jacobian.diagonal() -= steepness * state.leakage;
    factors.factorize(jacobian);
    if (factors.info() != Eigen::Success) {
      throw ConfigError(fmt::format(
          "chip {}: thermal runaway: {} have no steady temperature: at {:.4g} K leakage grows "
          "faster than heat can leave; lower the power, the leakage or thermal.resistance",
          name, shown(spec, fixed, leakage), spec.ambient.si() + state.rise.maxCoeff()));
    }
    const Vector step = factors.solve(fixed + state.leakage - network.conductance() * state.rise);
    state.rise += step;
    require_below_limit(network, state.rise, fixed, leakage, name);
    state.leakage = leakage_at(spec, leakage, state.rise);
    change = step.lpNorm<Eigen::Infinity>();
    if (change <= kTolerance * state.rise.maxCoeff()) {
      state.loop_gain = perron_root(network, steepness * state.leakage);
      return state;
    }
  }
  throw SolveError(fmt::format(
      "chip {}: thermal: temperature still changes by {:.3g} K after {} iterations; expected at "
      "most {:.3g} K: the chip is at the edge of thermal runaway",
      name, change, kMostIterations, kTolerance * state.rise.maxCoeff()));
}

}  // namespace ohm
