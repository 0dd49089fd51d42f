// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/break_even.h"

#include <limits>

namespace ohm {

double break_even(const PassCost& first, const PassCost& second) {
  const double ahead = first.once - second.once, gained = second.each - first.each;
  if (gained <= 0.0) return ahead > 0.0 ? std::numeric_limits<double>::infinity() : 0.0;
  return ahead <= 0.0 ? 0.0 : ahead / gained;
}

}  // namespace ohm
