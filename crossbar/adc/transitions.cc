// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/transitions.h"

namespace ohm {

Transitions in_order(std::vector<double> thresholds, const CodeRange& codes) {
  Transitions transitions{std::move(thresholds), {}};
  for (size_t i = 0; i <= transitions.positions.size(); ++i) {
    transitions.codes.push_back(codes.low + static_cast<double>(i));
  }
  return transitions;
}

std::vector<double> code_density_thresholds(const Transitions& transitions,
                                            const CodeRange& codes) {
  const std::vector<double>& positions = transitions.positions;
  std::vector<double> thresholds(static_cast<size_t>(codes.size()) - 1, 0.0);
  if (positions.empty()) return thresholds;
  std::vector<double> widths(static_cast<size_t>(codes.size()), 0.0);
  for (size_t i = 0; i + 1 < positions.size(); ++i) {
    const auto code = static_cast<size_t>(transitions.codes[i + 1] - codes.low);
    widths[code] += positions[i + 1] - positions[i];
  }
  double position = positions.front();
  for (size_t k = 0; k < thresholds.size(); ++k) thresholds[k] = position += widths[k];
  return thresholds;
}

}  // namespace ohm
