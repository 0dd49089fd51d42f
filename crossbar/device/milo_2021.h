// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// HfO2 1T1R cells programmed with IGVVA and 100 verify points (Milo et al., IRPS 2021, Fig. 4).
///
/// Model (the linear fit of Sandia's CrossSim): σ = 4.782321 uS - 0.009107 G, from 50 to 225 uS.
/// The data are those right after programming: an age is refused unless a retention model is given.
/// Its nonlinear current is `iv: {model: milo_2021}`.
class MiloDevice : public Device {
 public:
  void visit(Visitor&) override {}
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override;
  std::unique_ptr<Device> clone() const override;
};

}  // namespace ohm
