// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/units.h"

namespace ohm {

/// Transistor flavour of nodes of 45 nm and below; older nodes have one set of coefficients.
enum class Process { high_performance, low_power };

/// A logic process: node, supply and flavour.
struct Technology {
  Metres node;
  Volts vdd;
  Process process = Process::high_performance;
};

/// Why scaling is not defined here; empty when it is.
///
/// Valid: 7 to 180 nm and 0.7 to 1.2 times the nominal supply of the node (the Predictive
/// Technology Model's, on which the fits stand); the margins of 0.7 and 1.2 are this project's.
std::string technology_problem(const Technology& technology);

/// Whether node, supply and flavour agree, but for the rounding of 22 nm read from a file.
bool is_same(const Technology& a, const Technology& b);

/// Energy, delay or area of `to` relative to `from` for static CMOS logic; multiply the known
/// figure.
///
/// Ref: Stillmaker and Baas, Integration 58, 74-81 (2017), Tables 2 to 5, with the corrigendum.
/// Departures: between the table's nodes ln(factor) runs linearly in ln(node); areas use one column
/// (45 nm = 1), so that there and back is exactly 1. Analog blocks, wires and fixed-voltage drivers
/// do not scale like this. The same technology scales by 1 wherever it lies; else throws
/// ArgumentError where technology_problem() finds one.
double energy_scale(const Technology& from, const Technology& to);
double delay_scale(const Technology& from, const Technology& to);
double area_scale(Metres from, Metres to);

}  // namespace ohm
