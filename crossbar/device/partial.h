// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "crossbar/device/device.h"

namespace ohm {

/// A cell that lands on its target and stays there, with the read noise of `cell` as its kind has
/// it: to study noise alone.
std::unique_ptr<Device> noise_alone(const DeviceSpec& cell);

/// The kind of `cell` without its read noise: to study where cells land and drift alone.
std::unique_ptr<Device> errors_alone(const DeviceSpec& cell);

}  // namespace ohm
