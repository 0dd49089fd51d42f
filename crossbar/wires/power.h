// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "crossbar/wires/network.h"

namespace ohm {

/// Where the power of a driven array goes, W.
struct DrivenPower {
  double supplied = 0.0;  ///< by the sources of all wordlines, Σ V I
  double cells = 0.0;
  double wordline_wires = 0.0, bitline_wires = 0.0;
  double drivers = 0.0, senses = 0.0;  ///< in r_driver and r_sense

  double dissipated() const { return cells + wordline_wires + bitline_wires + drivers + senses; }
};

/// A driven array at rest under one input: what flows, what it costs.
struct DrivenOperatingPoint {
  NodeVoltages nodes;                   ///< V
  std::vector<double> currents;         ///< A, out of each bitline
  std::vector<double> driver_currents;  ///< A, out of each wordline's source (both ends together)
  DrivenPower power;
};

/// Solves the network of driven_currents for the wordline voltages `v`, V, and books its power.
///
/// Model: link currents follow from the cells' by Kirchhoff's current law (also through ideal
/// wires, where no voltage tells them), losses are R I². By Tellegen's theorem supplied and
/// dissipated power agree; the function checks it. Power with ideal wires, Σ V² G, would overstate
/// it. Throws ArgumentError as driven_currents; SolveError also where powers differ by more than
/// 1e-8.
DrivenOperatingPoint driven_operating_point(const Matrix<double>& g, const WireResistances& wires,
                                            std::span<const double> v);

}  // namespace ohm
