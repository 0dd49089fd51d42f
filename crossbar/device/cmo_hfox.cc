// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/cmo_hfox.h"

#include <cmath>

namespace ohm {
namespace {

constexpr double kMicro = 1e-6;

}  // namespace

void CmoHfoxDevice::visit(Visitor& v) {
  v.value(Field("acceptance", "band of the write-verify, relative to the target")
              .must()
              .one_of({"0.2 %", "2 %"}),
          acceptance);
  v.value(Field("last_age", "longest age that the relaxation is used for").at_least(1), last_age);
}

Siemens CmoHfoxDevice::programming_sigma(Siemens g, const DeviceSpec&) const {
  const bool narrow = acceptance == "0.2 %";
  const Siemens offset{(narrow ? 0.00081107 : 0.0112185391) * kMicro};
  return offset + (narrow ? 0.00106879 : 0.01129027418) * g;
}

std::optional<DeviceViolation> CmoHfoxDevice::violation(const DeviceSpec& cell) const {
  if (const auto range = range_violation(cell, floor(cell), ceiling(cell))) return range;
  if (cell.age.si() == 0.0) return std::nullopt;
  return age_violation(cell, Seconds(1.0), last_age);
}

Spread CmoHfoxDevice::drift(Siemens, const DeviceSpec& cell) const {
  const Seconds age = cell.equivalent_age();
  if (age.si() == 0.0) return {};
  const double log_t = std::log(age.si());
  return {-0.08900206 * kMicro * log_t, (0.04201137 * log_t + 0.41183342) * kMicro};
}

double CmoHfoxDevice::drifted(double g, const Spread& drift, double normal,
                              const DeviceSpec&) const {
  return g + drift.centre + drift.width * normal;
}

Siemens CmoHfoxDevice::flicker_noise(Siemens g, const DeviceSpec&) const {
  return Siemens(0.0277316483 * kMicro * std::abs(std::log10(g.si() / kMicro)));
}

std::unique_ptr<Device> CmoHfoxDevice::clone() const {
  return std::make_unique<CmoHfoxDevice>(*this);
}

}  // namespace ohm
