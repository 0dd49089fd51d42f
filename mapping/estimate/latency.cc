// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm {
namespace {

Seconds seconds(double picoseconds) {
  return Seconds(picoseconds * 1e-12);
}

/// The smallest of `gaps` that at least `share` of them do not exceed.
std::int64_t nearest_rank(std::vector<std::int64_t>& gaps, double share) {
  const auto rank = static_cast<Index>(std::ceil(share * static_cast<double>(gaps.size())));
  const auto at = gaps.begin() + std::max<Index>(0, rank - 1);
  std::nth_element(gaps.begin(), at, gaps.end());
  return *at;
}

double mean(const std::vector<std::int64_t>& values) {
  double sum = 0.0;
  for (const std::int64_t value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

}  // namespace

Latency latency_of(const std::vector<std::int64_t>& outputs, const Request& request,
                   std::int64_t makespan) {
  Latency result;
  const auto batch = static_cast<size_t>(request.batch);
  // both kinds list the first output of every sequence first
  result.ttft = seconds(mean({outputs.begin(), outputs.begin() + request.batch}));
  std::vector<std::int64_t> gaps;
  if (request.decoder) {
    for (size_t i = batch; i < outputs.size(); ++i) gaps.push_back(outputs[i] - outputs[i - batch]);
  }
  result.tokens_per_s_per_user = 1.0 / result.ttft.si();
  if (!gaps.empty()) {
    result.tpot = seconds(mean(gaps));
    result.tpot_p50 = seconds(static_cast<double>(nearest_rank(gaps, 0.50)));
    result.tpot_p95 = seconds(static_cast<double>(nearest_rank(gaps, 0.95)));
    result.tokens_per_s_per_user = 1.0 / result.tpot.si();
  }
  const double span = static_cast<double>(makespan) * 1e-12;
  const Index inputs = request.source > 0 ? request.source : request.prompt;
  result.input_tokens_per_s = static_cast<double>(request.batch * inputs) / span;
  if (request.decoder) {
    result.output_tokens_per_s = static_cast<double>(request.batch * request.generate) / span;
  }
  return result;
}

}  // namespace ohm
