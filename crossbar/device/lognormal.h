// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// Log-normal programming error: ln G, and with it ln R, is normal with standard deviation sigma.
///
/// A log-normal G is a log-normal R with the same sigma, so the two differ only in what meets the
/// target. Model: `centre: median`: the median of both; `mean_g`: the mean of G (linear reads);
/// `mean_r`: the mean of R. The mean of G is median · exp(σ²/2), that of R exp(σ²/2) / median.
class LognormalDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  bool errs_at_rest() const override { return noisy_off_state; }
  Spread landing(Siemens g, const DeviceSpec& cell) const override;
  double landed(const Spread& landing, double normal) const override;
  std::unique_ptr<Device> clone() const override;

  double sigma = 0.0;
  std::string centre = "median";
  bool noisy_off_state = true;
};

}  // namespace ohm
