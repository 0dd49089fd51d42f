// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

/// How the current of a cell depends on its voltage; G is the slope at V = 0.
///
/// Model: `ohmic`: I = G V; `sinh`: I = G V0 sinh(V / V0); `milo_2021`: I = G V + a2(G) V² + a3(G)
/// V³ with polynomials of log10 G, the fit of Sandia's CrossSim to Fig. 1 of Milo et al., IRPS 2021
/// (both polarities up to 0.5 V; measured from 62.5 to 110 uS, extended to 50 … 225 uS by the
/// assumption that the cell is ohmic at 225 uS; a cell that errors land outside has the shape of
/// the nearest cell inside).
struct IvSpec {
  std::string model = "ohmic";
  Volts v0{0.5};

  void visit(Visitor& v);
};

/// Current through a cell and its derivative by the voltage.
struct CellCurrent {
  Amperes current;
  Siemens slope;
};

/// Current at `v`. Throws ArgumentError outside the fitted voltages of the model.
CellCurrent cell_current(const IvSpec& iv, Siemens g, Volts v);

/// Voltage at which a cell of `g` > 0 carries `current`; within the fitted voltages of the model.
Volts cell_voltage(const IvSpec& iv, Siemens g, Amperes current);

/// Coefficients of V² and V³, A/V² and A/V³, of a cell of `g` under `milo_2021`.
struct CubicTerms {
  double square = 0.0, cube = 0.0;
};
CubicTerms milo_terms(Siemens g);

/// I(v) / v: what a read at `v` takes for the conductance; the slope at v = 0.
Siemens apparent_conductance(const IvSpec& iv, Siemens g, Volts v);

/// The G whose apparent conductance at `v` is `apparent`: what a cell has become that was verified
/// at v.
Siemens slope_conductance(const IvSpec& iv, Siemens apparent, Volts v);

/// Nonlinearity I(v) / (2 I(v / 2)): 1 for an ohmic cell, cosh(v / 2 V0) for a sinh.
double nonlinearity(const IvSpec& iv, Siemens g, Volts v);

/// Why conductances [g_min, g_max] lie outside the model's fit; nothing where they do not.
std::optional<std::string> iv_violation(const IvSpec& iv, Siemens g_min, Siemens g_max);

}  // namespace ohm
