// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/uniform.h"

#include <algorithm>
#include <numeric>

namespace ohm {

void keep_ascending(std::vector<double>& thresholds) {
  for (size_t i = 1; i < thresholds.size(); ++i) {
    thresholds[i] = std::max(thresholds[i], thresholds[i - 1]);
  }
}

void bend(std::vector<double>& thresholds, double inl) {
  if (inl == 0.0 || thresholds.size() < 2) return;
  const auto last = static_cast<double>(thresholds.size() - 1);
  for (size_t i = 0; i < thresholds.size(); ++i) {
    const double x = static_cast<double>(i) / last;
    thresholds[i] += 4.0 * inl * x * (1.0 - x);
  }
  keep_ascending(thresholds);
}

Transitions UniformAdc::decisions(const AdcDraw& draw) const {
  Transitions transitions = Adc::decisions(draw);
  std::vector<double>& thresholds = transitions.positions;
  if (spec().dnl > 0.0) {
    const auto errors = draw.normals(ConverterPart::code_width, std::ssize(thresholds) - 1);
    const double mean =
        std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
    double walk = 0.0;
    for (size_t i = 0; i < errors.size(); ++i) {
      walk += spec().dnl * (errors[i] - mean);
      thresholds[i + 1] += walk;
    }
    keep_ascending(thresholds);
  }
  bend(thresholds, spec().inl);
  return transitions;
}

}  // namespace ohm
