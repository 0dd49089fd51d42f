// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/wires/network.h"

namespace ohm {

/// Current through a cell and its slope dI/dV at one voltage.
struct CellResponse {
  double current = 0.0;  ///< A
  double slope = 0.0;    ///< S, finite and not negative
};

/// I(V) of a cell that was programmed to conductance g.
class CellCurve {
 public:
  virtual ~CellCurve() = default;
  /// Response at `v` volts across a cell of `g` siemens.
  virtual CellResponse at(double g, double v) const = 0;
  /// The voltage at which a cell of `g` > 0 siemens carries `current`; it rises with the current.
  virtual double voltage(double g, double current) const = 0;
};

/// I = g V0 sinh(V / V0): ohmic at small voltages, the usual form for filamentary cells.
class SinhCell : public CellCurve {
 public:
  /// Throws ArgumentError unless v0 is positive and finite, V.
  explicit SinhCell(double v0);
  CellResponse at(double g, double v) const override;
  double voltage(double g, double current) const override;

 private:
  double v0_;
};

/// Bitline currents of a driven array of nonlinear cells with resistive wires.
///
/// Model: Newton's method on the network of driven_currents: every cell becomes its tangent, a
/// conductance and a current source, and the linear network is solved exactly, starting from where
/// the last one ended; the first tangents are those at 0 V. Where these steps overshoot, Newton's
/// method starts anew on the cells' currents J. The content Σ ∫V(J) dJ + J R J / 2 - E J of any
/// cells and wires is strictly convex (Millar 1951) and V(J) is a logarithm where I(V) explodes, so
/// that steps no longer than to where the content stops falling approach the solution from any
/// start; steps on voltages end what is still unsettled after thirty of them.
/// Args: `g` (n_wordlines, n_bitlines), S; `v` (batch, n_wordlines), V. Returns (batch,
/// n_bitlines), A; relative error `tolerance` of each output, as driven_currents for mixed signs;
/// rounding of the cells' curves may leave several 1e-13 of it. Throws ArgumentError for impossible
/// networks, SolveError where a current is not finite.
Matrix<double> nonlinear_currents(const Matrix<double>& g, const WireResistances& wires,
                                  const Matrix<double>& v, const CellCurve& curve,
                                  double tolerance = 1e-10);

}  // namespace ohm
