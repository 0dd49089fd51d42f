// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/uniform.h"

#include <cmath>
#include <numbers>

namespace ohm {

void UniformDevice::visit(Visitor& v) {
  v.value(Field("width", "full width of the band, see dependence").between(0, 10), width);
  v.value(Field("dependence", "independent: width is relative to g_max - g_min; proportional: to G")
              .one_of({"independent", "proportional"}),
          dependence);
  v.value(Field("noisy_off_state", "whether the cell of a pair that stays reset errs too"),
          noisy_off_state);
}

Spread UniformDevice::landing(Siemens g, const DeviceSpec& cell) const {
  return {g.si(), width * (dependence == "proportional" ? g : cell.range()).si()};
}

double UniformDevice::landed(const Spread& landing, double normal) const {
  const double share = 0.5 * std::erfc(-normal / std::numbers::sqrt2);  // uniform in (0, 1)
  return landing.centre + landing.width * (share - 0.5);
}

Siemens UniformDevice::programming_sigma(Siemens g, const DeviceSpec& cell) const {
  return Siemens(landing(g, cell).width / std::sqrt(12.0));
}

std::unique_ptr<Device> UniformDevice::clone() const {
  return std::make_unique<UniformDevice>(*this);
}

}  // namespace ohm
