// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/growth_sum.h"

#include <algorithm>

#include "mapping/shape/floor_sum.h"

namespace ohm {
namespace {

/// Time for `most` positions on the tile that has most of them.
Picoseconds time_of(const Growth& g, Index most) {
  const Index passes = (most * g.elements + g.lanes - 1) / g.lanes;
  return std::max(most * g.per_position, passes * g.pass);
}

/// Σ first … last.
std::int64_t series(Index first, Index last) {
  return last < first ? 0 : (last - first + 1) * (first + last) / 2;
}

/// Σ time_of(most) over most = first … last.
Picoseconds sum_of(const Growth& g, Index first, Index last) {
  if (last < first) return 0;
  const std::int64_t lanes = g.elements * g.pass, buffer = g.per_position * g.lanes;
  if (lanes >= buffer) return g.pass * ceil_sum(first, last, g.elements, g.lanes);
  // from here on a pass that is not full no longer outweighs the buffer
  const std::int64_t even = ((g.lanes - 1) * g.pass + buffer - lanes - 1) / (buffer - lanes);
  Picoseconds sum = 0;
  Index most = first;
  for (; most <= std::min<std::int64_t>(last, even); ++most) sum += time_of(g, most);
  return sum + g.per_position * series(most, last);
}

/// Σ over positions first … last, of which `shared_by` neighbours take the same time.
GrowthSum over_positions(const Growth& g, Index first, Index last) {
  first = std::max<Index>(first - g.beyond, 1);
  last -= g.beyond;
  if (last < first) return {};
  const Index s = g.shared_by, low = (first - 1) / s + 1, high = (last - 1) / s + 1;
  GrowthSum sum;
  if (low == high) {
    sum.occupied = (last - first + 1) * time_of(g, low);
  } else {
    sum.occupied = (low * s - first + 1) * time_of(g, low) +
                   (last - (high - 1) * s) * time_of(g, high) + s * sum_of(g, low + 1, high - 1);
  }
  sum.extra = sum.occupied + (last - first + 1) * g.start_up;
  return sum;
}

GrowthSum times(Index n, const GrowthSum& each) {
  return {n * each.occupied, n * each.extra};
}

}  // namespace

GrowthSum growth_sum(const Growth& growth, const Request& request, Index first, Index last) {
  if (last < first || growth.per_position == 0) return {};
  const Index n = last - first + 1;
  if (growth.always > 0) return times(n, over_positions(growth, growth.always, growth.always));
  if (!request.decoder) {
    const Index seen = tighter(request.prompt, growth.window);
    return times(n, over_positions(growth, seen, seen));
  }
  // tokens that see all before them, then those whose window is full
  const Index window = tighter(request.window, growth.window);
  const Index full = window == 0 ? last + 1 : std::clamp(window, first, last + 1);
  GrowthSum sum = over_positions(growth, first + 1, full);
  const GrowthSum rest = times(last + 1 - full, over_positions(growth, window, window));
  sum.occupied += rest.occupied;
  sum.extra += rest.extra;
  return sum;
}

}  // namespace ohm
