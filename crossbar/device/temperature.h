// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

inline constexpr double kBoltzmann = 1.380649e-23;            ///< J/K, exact
inline constexpr double kElementaryCharge = 1.602176634e-19;  ///< C, exact

/// How hot the cells are, and what that does to them.
///
/// Model: time runs faster by exp(E_a / k_B · (1 / T_ref - 1 / T)) (Arrhenius), and each cell
/// conducts 1 + α (T - T_ref) times as well, α drawn once per cell.
struct TemperatureSpec {
  Kelvins operating{300.0};
  Kelvins reference{300.0};  ///< at which the other numbers of the cell were measured
  Joules activation_energy{1.1 * kElementaryCharge};
  double coefficient = 0.0;        ///< mean of α, 1/K
  double coefficient_sigma = 0.0;  ///< its standard deviation over cells, 1/K

  void visit(Visitor& v);
};

/// How many times faster the cells age at the operating temperature than at the reference one.
double acceleration(const TemperatureSpec& spec);

/// The time at the reference temperature that ages a cell as much as `age` at the operating one.
Seconds equivalent_age(const TemperatureSpec& spec, Seconds age);

/// Relative conductance of a cell at the operating temperature; `normal` is its own draw.
double thermal_gain(const TemperatureSpec& spec, double normal);

}  // namespace ohm
