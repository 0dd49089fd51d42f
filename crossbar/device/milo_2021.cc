// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/milo_2021.h"

#include <algorithm>

namespace ohm {

Siemens MiloDevice::programming_sigma(Siemens g, const DeviceSpec&) const {
  return std::max(Siemens(0.0), Siemens(4.782321e-6) - 0.009107 * g);
}

std::optional<DeviceViolation> MiloDevice::violation(const DeviceSpec& cell) const {
  if (const auto range = range_violation(cell, Siemens(50e-6), Siemens(225e-6))) return range;
  if (cell.retention.model != "none") return std::nullopt;
  return age_violation(cell, Seconds(0.0), Seconds(0.0));
}

std::unique_ptr<Device> MiloDevice::clone() const {
  return std::make_unique<MiloDevice>(*this);
}

}  // namespace ohm
