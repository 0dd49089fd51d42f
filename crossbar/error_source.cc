// SPDX-License-Identifier: Apache-2.0
#include "crossbar/error_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

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
  if (source != "programming") spec.device.kind = "ideal", spec.device.model = make_device("ideal");
  if (source != "stuck_cells") spec.device.stuck_low = spec.device.stuck_high = 0.0;
  if (source != "read_noise") spec.device.read_noise = 0.0;
  if (source != "adc") {
    spec.adc.kind = "ideal";
    spec.adc.noise = spec.adc.offset = spec.adc.gain_error = 0.0;
  }
  if (source != "wires") spec.array.ir_drop = "report";
  return spec;
}

}  // namespace ohm
