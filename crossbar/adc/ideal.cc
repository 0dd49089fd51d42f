// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/ideal.h"

#include <limits>

namespace ohm {

CodeRange IdealAdc::codes(bool) const {
  const double infinity = std::numeric_limits<double>::infinity();
  return {-infinity, infinity};
}

}  // namespace ohm
