// SPDX-License-Identifier: Apache-2.0
#include "crossbar/error_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "crossbar/device/partial.h"
#include "crossbar/linearity.h"

namespace ohm {

std::vector<std::string> error_sources() {
  return {"all", "none", "programming", "stuck_cells", "read_noise", "adc", "wires"};
}

MacroSpec with_only(MacroSpec spec, const std::string& source) {
  const auto known = error_sources();
  if (std::find(known.begin(), known.end(), source) == known.end()) {
    throw ArgumentError(fmt::format("error source '{}' not found; expected one of: {}", source,
                                    fmt::join(known, ", ")));
  }
  if (source == "all") return spec;
  DeviceSpec& device = spec.device;
  // auto looks at the device, which may be about to become ideal
  spec.array.ir_drop = resolved_ir_drop(spec);
  if (source == "read_noise") {
    device.model = noise_alone(device);
  } else if (source == "programming") {
    device.model = errors_alone(device);
  } else {
    device.kind = "ideal", device.model = make_device("ideal");
  }
  if (source != "programming") {
    device.programming = {}, device.retention = {}, device.temperature = {};
    spec.compensation = {};
  }
  if (source != "stuck_cells") device.stuck_low = device.stuck_high = 0.0, device.faults = {};
  if (source != "read_noise") device.read_noise = 0.0, device.noise = {};
  if (source != "adc") spec.adc = idealised(spec.adc), spec.dac = {};
  if (source != "wires") {
    spec.array.ir_drop = "report", device.iv = {};
    if (spec.fidelity == "circuit") spec.fidelity = "sliced";
  }
  return spec;
}

}  // namespace ohm
