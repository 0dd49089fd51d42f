// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/step_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

/// The mean of what `figure` says of each.
template <class Each, class Figure>
double mean(std::span<const Each> all, const Figure& figure) {
  double sum = 0.0;
  for (const Each& each : all) sum += static_cast<double>(figure(each));
  return sum / static_cast<double>(all.size());
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
  if (!grid_.answers.empty()) require_axis(grid_.answers, "answers");
  const size_t points = grid_.batches.size() * grid_.positions.size();
  const size_t answers = std::max<size_t>(1, grid_.answers.size());
  if (grid_.prefill.size() == points && grid_.decode.size() == points * answers) return;
  throw ArgumentError(fmt::format(
      "step table: {} prefill and {} decode entries; expected {} batches × {} positions of each{}",
      grid_.prefill.size(), grid_.decode.size(), grid_.batches.size(), grid_.positions.size(),
      grid_.answers.empty() ? "" : fmt::format(", {} decode entries for each", answers)));
}

/// Between points of batches, positions and, where there are any, answers.
StepCost StepTable::between(const std::vector<StepCost>& table, const std::vector<Index>& answers,
                            const std::array<double, 3>& at) const {
  const Between b = locate(grid_.batches, at[0]), p = locate(grid_.positions, at[1]);
  const Between a = answers.empty() ? Between{} : locate(answers, at[2]);
  const size_t width = grid_.positions.size(), depth = std::max<size_t>(1, answers.size());
  const auto interpolate = [&](auto figure) {
    const auto cell = [&](size_t batch, size_t position) {
      const size_t first = (batch * width + position) * depth;
      return mix(figure(table[first + a.low]), figure(table[first + a.high]), a.share);
    };
    const auto row = [&](size_t batch) {
      return mix(cell(batch, p.low), cell(batch, p.high), p.share);
    };
    return std::max(0.0, mix(row(b.low), row(b.high), b.share));
  };
  const double time = interpolate([](const StepCost& c) { return static_cast<double>(c.time); });
  const double energy = interpolate([](const StepCost& c) { return c.energy.si(); });
  return {std::llround(std::min(time, static_cast<double>(kLastTime))), Joules(energy)};
}

StepCost StepTable::prefill(std::span<const Index> prompts) const {
  const double tokens = mean(prompts, [](Index prompt) { return prompt; });
  return between(grid_.prefill, {}, {static_cast<double>(prompts.size()), tokens, 0.0});
}

StepCost StepTable::decode(std::span<const Decoding> sequences) const {
  const bool two_stacks = !grid_.answers.empty();
  // with one stack a point counts what is there, a position the new token too
  const double before = mean(sequences, [&](const Decoding& each) {
    return two_stacks ? each.prompt : each.positions() - 1;
  });
  const double generated = mean(sequences, [](const Decoding& each) { return each.generated; });
  return between(grid_.decode, grid_.answers,
                 {static_cast<double>(sequences.size()), before, generated});
}

}  // namespace ohm
