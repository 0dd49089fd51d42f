// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// Analog filamentary CMO/HfOx ReRAM (IBM Research Zurich).
///
/// Model (Falcone et al., as fitted in IBM's aihwkit, in uS and s): programming σ = a + b G by
/// acceptance band: "0.2 %": 0.00081107 + 0.00106879 G; "2 %": 0.0112185391 + 0.01129027418 G (the
/// band is a share of the target). Relaxation, the same at every level: mean shift -0.08900206 ln
/// t, σ = 0.04201137 ln t + 0.41183342, none at t = 0. Read noise 0.0277316483 · |log10 G| ·
/// sqrt(ln((t + 1 us) / 2 us)). Cells stay within 9 … 88.2 uS. Refused: conductances outside that,
/// ages between 0 and 1 s, and above `last_age`.
class CmoHfoxDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override;
  bool drifts() const override { return true; }
  Spread drift(Siemens target, const DeviceSpec& cell) const override;
  double drifted(double g, const Spread& drift, double normal,
                 const DeviceSpec& cell) const override;
  Siemens flicker_noise(Siemens g, const DeviceSpec& cell) const override;
  Siemens floor(const DeviceSpec&) const override { return Siemens(9e-6); }
  Siemens ceiling(const DeviceSpec&) const override { return Siemens(88.2e-6); }
  std::unique_ptr<Device> clone() const override;

  std::string acceptance = "2 %";  ///< or "0.2 %"
  Seconds last_age{86400.0};
};

}  // namespace ohm
