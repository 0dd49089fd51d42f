// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/lognormal.h"

#include <cmath>

namespace ohm {

void LognormalDevice::visit(Visitor& v) {
  v.value(Field("sigma", "standard deviation of ln G").between(0, 5), sigma);
  v.value(Field("centre", "what meets the target: the median, the mean of G or the mean of R")
              .one_of({"median", "mean_g", "mean_r"}),
          centre);
  v.value(Field("noisy_off_state", "whether the cell of a pair that stays reset errs too"),
          noisy_off_state);
}

Spread LognormalDevice::landing(Siemens g, const DeviceSpec&) const {
  const double half = 0.5 * sigma * sigma;
  const double shift = centre == "mean_g" ? -half : (centre == "mean_r" ? half : 0.0);
  return {g.si() * std::exp(shift), sigma};
}

double LognormalDevice::landed(const Spread& landing, double normal) const {
  return landing.centre * std::exp(landing.width * normal);
}

Siemens LognormalDevice::programming_sigma(Siemens g, const DeviceSpec& cell) const {
  const double variance = sigma * sigma;
  return Siemens(landing(g, cell).centre * std::sqrt(std::expm1(variance) * std::exp(variance)));
}

std::unique_ptr<Device> LognormalDevice::clone() const {
  return std::make_unique<LognormalDevice>(*this);
}

}  // namespace ohm
