// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// 40 nm SONOS charge-trap cells read in subthreshold (Agrawal et al., IEDM 2022).
///
/// Model (the fits of Sandia's CrossSim to Figs. 10 and 11, currents in nA): mean drift a
/// polynomial of the target current, σ_I = A (1 - exp(-I / B)) around the drifted mean, both
/// measured after 0 … 5 days; read noise 12.58037 (1 - exp(-I / 215.36557)), white. Cells are given
/// by their current at `read_voltage`: G = I / read_voltage. Between days values are linear in ln
/// t, within the first day in ln(1 + t / 1 s). Refused: currents above 3200 nA, above 1800 nA after
/// age 0 (the range of the drift), and ages above 5 days.
class SonosDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override;
  Spread landing(Siemens g, const DeviceSpec& cell) const override;
  Siemens white_noise(Siemens g, const DeviceSpec& cell) const override;
  std::unique_ptr<Device> clone() const override;

  Volts read_voltage{0.1};
};

}  // namespace ohm
