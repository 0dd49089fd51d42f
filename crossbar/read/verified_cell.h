// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/current_voltage.h"
#include "crossbar/wires/nonlinear.h"

namespace ohm {

/// I(V) of a cell whose conductance was verified at the read voltage.
class VerifiedCell : public CellCurve {
 public:
  explicit VerifiedCell(const IvSpec& iv) : iv_(iv) {}
  CellResponse at(double g, double v) const override {
    const CellCurrent response = cell_current(iv_, Siemens(g), Volts(v));
    return {response.current.si(), response.slope.si()};
  }
  double voltage(double g, double current) const override {
    return cell_voltage(iv_, Siemens(g), Amperes(current)).si();
  }

 private:
  const IvSpec& iv_;
};

}  // namespace ohm
