// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/step_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

/// A point between the entries `low` and `low + 1` of an axis.
struct Between {
  size_t low = 0, high = 0;
  double share = 0.0;
};

Between locate(const std::vector<Index>& axis, double at) {
  if (axis.size() == 1) return {};
  const auto above = std::upper_bound(axis.begin() + 1, axis.end() - 1, at,
                                      [](double x, Index point) { return x < double(point); });
  const auto high = static_cast<size_t>(above - axis.begin());
  const auto from = static_cast<double>(axis[high - 1]), to = static_cast<double>(axis[high]);
  return {high - 1, high, (at - from) / (to - from)};
}

double mix(double low, double high, double share) {
  return low + share * (high - low);
}

double mean(std::span<const Index> tokens) {
  return std::accumulate(tokens.begin(), tokens.end(), 0.0) / static_cast<double>(tokens.size());
}

void require_axis(const std::vector<Index>& axis, const char* name) {
  const bool ascending =
      std::adjacent_find(axis.begin(), axis.end(), std::greater_equal<>()) == axis.end();
  if (!axis.empty() && axis.front() >= 1 && ascending) return;
  throw ArgumentError(
      fmt::format("step table: {} are empty, below 1 or not ascending; expected points such as "
                  "1, 8, 64",
                  name));
}

}  // namespace

StepTable::StepTable(StepGrid grid) : grid_(std::move(grid)) {
  require_axis(grid_.batches, "batches");
  require_axis(grid_.positions, "positions");
  const size_t points = grid_.batches.size() * grid_.positions.size();
  if (grid_.prefill.size() == points && grid_.decode.size() == points) return;
  throw ArgumentError(fmt::format(
      "step table: {} prefill and {} decode entries; expected {} batches × {} positions of each",
      grid_.prefill.size(), grid_.decode.size(), grid_.batches.size(), grid_.positions.size()));
}

StepCost StepTable::between(const std::vector<StepCost>& table, double sequences,
                            double tokens) const {
  const Between b = locate(grid_.batches, sequences), p = locate(grid_.positions, tokens);
  const size_t width = grid_.positions.size();
  const auto interpolate = [&](auto figure) {
    const auto row = [&](size_t batch) {
      return mix(figure(table[batch * width + p.low]), figure(table[batch * width + p.high]),
                 p.share);
    };
    return std::max(0.0, mix(row(b.low), row(b.high), b.share));
  };
  const double time = interpolate([](const StepCost& c) { return static_cast<double>(c.time); });
  const double energy = interpolate([](const StepCost& c) { return c.energy.si(); });
  return {std::llround(std::min(time, static_cast<double>(kLastTime))), Joules(energy)};
}

StepCost StepTable::prefill(std::span<const Index> prompts) const {
  return between(grid_.prefill, static_cast<double>(prompts.size()), mean(prompts));
}

StepCost StepTable::decode(std::span<const Index> positions) const {
  const double before = mean(positions) - 1.0;  // a position counts the new token too
  return between(grid_.decode, static_cast<double>(positions.size()), before);
}

}  // namespace ohm
