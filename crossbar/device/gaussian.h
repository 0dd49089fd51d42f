// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// Gaussian programming error without a particular technology in mind.
///
/// Model: `independent`: sigma · (g_max - g_min), the same for every level; `proportional`: sigma ·
/// G; `inverse`: sigma · g_min² / G, so that the lowest level errs by sigma · g_min (zero where G
/// is). In a one-sided differential pair one cell is tuned to the weight, zero included, and the
/// other stays reset. By default only the tuned one errs: sigma is then the error of a *weight* in
/// units of the largest weight, the convention of the accuracy literature (for instance the
/// additive noise of Rasch et al., Nat. Commun. 14:5282, 2023). `noisy_off_state: true` gives both
/// cells the error, as CrossSim's NormalIndependent does; a pair then errs by sqrt(2) sigma.
class GaussianDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  bool errs_at_rest() const override { return noisy_off_state; }
  std::unique_ptr<Device> clone() const override;

  double sigma = 0.0;
  std::string dependence = "independent";
  bool noisy_off_state = false;
};

}  // namespace ohm
