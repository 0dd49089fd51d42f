// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/break_even.h"

#include <limits>

namespace ohm {

double break_even(const PassCost& first, const PassCost& second) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double ahead = first.once - second.once, gained = second.each - first.each;
  const double same = 1e-9 * second.each;
  if (gained < -same) return kInfinity;
  if (gained <= same) return ahead > 0.0 ? kInfinity : 0.0;
  return ahead <= 0.0 ? 0.0 : ahead / gained;
}

}  // namespace ohm
