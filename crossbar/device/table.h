// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// σ(G) measured at one time after programming: unit · Σ_i coefficients[i] · (G / reference)^i.
struct SigmaCurve {
  Seconds time;
  Siemens unit{1e-6}, reference{1e-6};
  std::vector<double> coefficients;  ///< constant term first

  double at(double g) const;
  void visit(Visitor& v);
};

/// Measured programming error: σ as a function of the absolute conductance and of time.
///
/// Between two measured times σ is interpolated linearly in ln t. Conductances outside
/// [fitted_min, fitted_max] and ages outside the first and last measured time are refused.
class TableDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override;
  std::unique_ptr<Device> clone() const override;

  Siemens fitted_min{0.0}, fitted_max{0.0};
  std::vector<SigmaCurve> curves;  ///< in the order of time
};

}  // namespace ohm
