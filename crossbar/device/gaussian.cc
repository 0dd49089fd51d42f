// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/gaussian.h"

namespace ohm {

void GaussianDevice::visit(Visitor& v) {
  v.value(
      Field("sigma", "standard deviation of the programming error, see dependence").between(0, 10),
      sigma);
  v.value(Field("dependence",
                "independent: sigma is relative to g_max - g_min; proportional: to G; inverse: to "
                "g_min² / G")
              .one_of({"independent", "proportional", "inverse"}),
          dependence);
  v.value(Field("noisy_off_state", "whether the cell of a pair that stays reset errs too"),
          noisy_off_state);
}

Siemens GaussianDevice::programming_sigma(Siemens g, const DeviceSpec& cell) const {
  if (dependence == "independent") return sigma * cell.range();
  if (dependence == "proportional") return sigma * g;
  return g.si() > 0.0 ? sigma * (cell.g_min / g) * cell.g_min : Siemens(0.0);
}

std::unique_ptr<Device> GaussianDevice::clone() const {
  return std::make_unique<GaussianDevice>(*this);
}

}  // namespace ohm
