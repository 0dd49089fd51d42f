// SPDX-License-Identifier: Apache-2.0
#include "core/percentile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/index.h"

namespace ohm {
namespace {

template <class T>
double percentile_among(std::vector<T>& values, double percentile) {
  if (values.empty() || !(percentile >= 0.0 && percentile <= 100.0)) {
    throw ArgumentError(
        fmt::format("percentile {} of {} values; expected 0 to 100 of at least one value",
                    percentile, values.size()));
  }
  const auto is_nan = [](T value) { return std::isnan(value); };
  if (std::any_of(values.begin(), values.end(), is_nan)) {
    throw ArgumentError("percentile: NaN found; expected numbers");
  }
  const double rank = percentile / 100 * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<Index>(std::floor(rank));
  std::nth_element(values.begin(), below, values.end());
  const double low = static_cast<double>(*below), fraction = rank - std::floor(rank);
  if (fraction == 0.0) return low;
  const double high = static_cast<double>(*std::min_element(below + 1, values.end()));
  return low + (high - low) * fraction;
}

}  // namespace

double percentile_of(std::vector<float> values, double percentile) {
  return percentile_among(values, percentile);
}

double percentile_of(std::vector<double> values, double percentile) {
  return percentile_among(values, percentile);
}

}  // namespace ohm
