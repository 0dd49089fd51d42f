// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/ideal.h"

namespace ohm {

void IdealDevice::visit(Visitor&) {}

Siemens IdealDevice::programming_sigma(Siemens, const DeviceSpec&) const {
  return Siemens(0.0);
}

std::unique_ptr<Device> IdealDevice::clone() const {
  return std::make_unique<IdealDevice>(*this);
}

}  // namespace ohm
