// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// The perfect cell: every conductance is its target.
class IdealDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::unique_ptr<Device> clone() const override;
};

}  // namespace ohm
