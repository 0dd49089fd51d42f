// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/flash.h"

#include <algorithm>

namespace ohm {

Transitions FlashAdc::decisions(const AdcDraw& draw) const {
  Transitions transitions = Adc::decisions(draw);
  std::vector<double>& thresholds = transitions.positions;
  const auto errors = draw.normals(ConverterPart::comparator, std::ssize(thresholds));
  for (size_t i = 0; i < thresholds.size(); ++i) {
    thresholds[i] += spec().comparator_offset * errors[i];
  }
  // counting the ones needs no order among the comparators
  std::sort(thresholds.begin(), thresholds.end());
  return transitions;
}

}  // namespace ohm
