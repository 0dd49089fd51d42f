// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/ideal.h"

#include <limits>

namespace ohm {

AdcTransfer IdealAdc::transfer(bool) const {
  const double infinity = std::numeric_limits<double>::infinity();
  return {1.0, -infinity, infinity};
}

double IdealAdc::step_for(double, bool) const {
  return 1.0;
}

Index IdealAdc::convert(std::span<double> sums, const AdcTransfer&,
                        const AdcMismatch& mismatch) const {
  for (size_t j = 0; j < sums.size() && !mismatch.gain.empty(); ++j) {
    sums[j] = sums[j] * (1.0 + static_cast<double>(mismatch.gain[j])) +
              static_cast<double>(mismatch.offset[j]);
  }
  return 0;
}

}  // namespace ohm
