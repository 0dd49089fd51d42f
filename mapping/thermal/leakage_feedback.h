// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/units.h"
#include "mapping/thermal/thermal_network.h"

namespace ohm {

/// How many times the leakage at the reference temperature flows at `temperature`:
/// 2^((T − T_ref) / doubling).
double leakage_growth(const ThermalSpec& spec, Kelvins temperature);

/// The steady state of a chip whose leakage grows with the temperature that it makes.
struct HotState {
  ThermalNetwork::Vector rise;     ///< above the ambient, K by node
  ThermalNetwork::Vector leakage;  ///< W by node, at that temperature
  Index iterations = 0;
  double loop_gain = 0.0;  ///< heat that a disturbance returns through leakage; 1: runaway
};

/// Solves G θ = P + L · 2^((T_ambient + θ − T_ref) / doubling) for its coolest, stable solution;
/// P (`fixed`) and L (`leakage`, at T_ref) in W by node.
///
/// Newton's method from the ambient. G is an M-matrix and leakage is convex, so every iterate lies
/// below the solution; where the Jacobian G − dL/dθ loses positive definiteness there is none:
/// thermal runaway, proven rather than guessed from slow convergence.
/// Ref: Ortega and Rheinboldt, Iterative Solution of Nonlinear Equations, 1970, 13.3.
///
/// Throws ConfigError, which calls the chip `name`, for runaway and for a node above spec().limit.
HotState with_leakage(const ThermalNetwork& network, const ThermalNetwork::Vector& fixed,
                      const ThermalNetwork::Vector& leakage, const std::string& name);

}  // namespace ohm
