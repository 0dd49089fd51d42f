// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// Programming error with equal probability everywhere in a band around the target.
///
/// Model: `width` is the *full* width of the band: G within ± width / 2, standard deviation
/// width / sqrt(12). `independent`: relative to g_max - g_min; `proportional`: relative to G.
class UniformDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  bool errs_at_rest() const override { return noisy_off_state; }
  Spread landing(Siemens g, const DeviceSpec& cell) const override;
  double landed(const Spread& landing, double normal) const override;
  std::unique_ptr<Device> clone() const override;

  double width = 0.0;
  std::string dependence = "independent";
  bool noisy_off_state = false;
};

}  // namespace ohm
