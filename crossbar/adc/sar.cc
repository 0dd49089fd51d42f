// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/sar.h"

#include <algorithm>
#include <limits>

#include "crossbar/adc/cdac.h"

namespace ohm {

Transitions SarAdc::decisions(const AdcDraw& draw) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto levels =
      cdac_levels(spec(), draw.normals(ConverterPart::capacitor, cdac_capacitors(spec())));
  const double offset = spec().comparator_offset * draw.normals(ConverterPart::comparator, 1)[0];
  const size_t full = levels.size();
  // threshold c lies between those of the tree's nodes above it, c - bit and c + bit
  std::vector<double> threshold(full + 1, kInfinity);
  threshold[0] = -kInfinity;
  for (size_t bit = full / 2; bit > 0; bit /= 2) {
    for (size_t c = bit; c < full; c += 2 * bit) {
      threshold[c] = std::clamp(levels[c] - 0.5 + offset, threshold[c - bit], threshold[c + bit]);
    }
  }
  return in_order({threshold.begin() + 1, threshold.end() - 1},
                  {0.0, static_cast<double>(full) - 1.0});
}

}  // namespace ohm
