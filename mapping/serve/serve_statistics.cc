// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/serve_statistics.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/percentile.h"

namespace ohm {

Distribution distribution_of(const std::vector<double>& values) {
  if (values.empty()) return {};
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), percentile_of(values, 50.0),
          percentile_of(values, 95.0), percentile_of(values, 99.0),
          *std::max_element(values.begin(), values.end())};
}

Index longest_queue(const std::vector<ServedRequest>& served) {
  std::vector<std::pair<Picoseconds, Index>> changes;  // those that leave come first
  for (const ServedRequest& s : served) {
    if (s.waiting() == 0) continue;
    changes.emplace_back(s.request.arrival, 1);
    changes.emplace_back(s.start, -1);
  }
  std::sort(changes.begin(), changes.end());
  Index waiting = 0, most = 0;
  for (const auto& [time, change] : changes) most = std::max(most, waiting += change);
  return most;
}

}  // namespace ohm
