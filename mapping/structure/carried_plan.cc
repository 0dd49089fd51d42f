// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/carried_plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "mapping/structure/expand_plan.h"

namespace ohm {
namespace {

constexpr Index kWatched = 4;  // ends of periods

/// The layer of every step.
std::vector<int> layers_of_steps(const Mapping& mapping, const TokenPlan& plan) {
  std::vector<int> layers;
  layers.reserve(plan.steps.size());
  for (const Step& step : plan.steps) layers.push_back(mapping.network.op(step.vertex).layer);
  return layers;
}

/// Steps of the kept layers first … end - 1; empty if others are among them.
StepRange steps_of(const std::vector<int>& layers, Index first, Index end) {
  const auto inside = [&](int layer) { return layer >= first && layer < end; };
  const auto from = std::find_if(layers.begin(), layers.end(), inside);
  const auto to = std::find_if_not(from, layers.end(), inside);
  if (std::any_of(to, layers.end(), inside)) return {};
  return {from - layers.begin(), to - from};
}

Index last_step_of(const std::vector<int>& layers, Index layer) {
  const auto last = std::find(layers.rbegin(), layers.rend(), static_cast<int>(layer));
  return std::distance(last, layers.rend()) - 1;
}

/// A run on its way to be carried on.
struct Carrying {
  StepRange period;
  CarriedRun run;
};

Carrying kept_run(const std::vector<int>& layers, const LayerRun& run) {
  Carrying carrying;
  const Index end = run.kept_first + run.kept;
  carrying.period = steps_of(layers, end - run.period, end);
  carrying.run.left = run.repeats();
  for (Index layer = end - 1; layer >= run.kept_first; layer -= run.period) {
    if (std::ssize(carrying.run.ends) == kWatched) break;
    carrying.run.ends.push_back(last_step_of(layers, layer));
  }
  return carrying;
}

/// The steps with which periods end once there are `times` more.
void add_ends(Index times, Carrying& carrying) {
  std::vector<Index> ends;
  const Index last = carrying.run.ends.front();
  for (Index copy = times; copy > 0 && std::ssize(ends) < kWatched; --copy) {
    ends.push_back(last + copy * carrying.period.size);
  }
  for (const Index end : carrying.run.ends) {
    if (std::ssize(ends) < kWatched) ends.push_back(end);
  }
  carrying.run.ends = std::move(ends);
  carrying.run.left -= times;
}

/// What the last three periods add, the last first, goes on for `left` more.
double goes_on(double last, double before, double first, double least, Index left) {
  const auto n = static_cast<double>(left);
  const double ratio = (before - last) / (first - before);
  if (!(ratio > 0.0 && ratio < 1.0 && last < before)) return n * last;
  const double limit =
      std::max(std::min(least, last), last - (before - last) * ratio / (1.0 - ratio));
  return n * limit + (last - limit) * ratio * (1.0 - std::pow(ratio, n)) / (1.0 - ratio);
}

}  // namespace

bool CarriedPlan::is_whole() const {
  return std::all_of(runs.begin(), runs.end(), [](const CarriedRun& run) { return run.left == 0; });
}

Index CarriedPlan::most_left() const {
  Index left = 0;
  for (const CarriedRun& run : runs) left = std::max(left, run.left);
  return left;
}

std::vector<Index> CarriedPlan::watched() const {
  std::vector<Index> steps;
  for (const CarriedRun& run : runs) steps.insert(steps.end(), run.ends.begin(), run.ends.end());
  return steps;
}

std::vector<Repeat> CarriedPlan::repeats() const {
  std::vector<Repeat> repeats;
  for (const CarriedRun& run : runs) {
    if (run.left > 0) repeats.push_back({run.ends[1], run.ends[0], run.left});
  }
  return repeats;
}

CarriedPlan carry_on(const Mapping& mapping, const TokenPlan& plan, const Reduction& reduction,
                     Index most, const Thinning& thinning) {
  const std::vector<int> layers = layers_of_steps(mapping, plan);
  std::vector<Carrying> all;
  for (const LayerRun& run : reduction.runs) {
    if (run.repeats() > 0) all.push_back(kept_run(layers, run));
  }
  CarriedPlan carried{{}, {}, 0, most};
  const TokenPlan* full = &plan;
  for (size_t i = all.size(); i-- > 0;) {  // from behind, so that steps of those before stay
    const Index times = std::min(most, all[i].run.left);
    if (times == 0 || all[i].period.size == 0) continue;
    auto expanded = expand_plan(*full, all[i].period, times);
    if (!expanded) continue;
    carried.plan = std::move(*expanded);
    full = &carried.plan;
    carried.carried += times;
    add_ends(times, all[i]);
    for (size_t later = i + 1; later < all.size(); ++later) {
      for (Index& end : all[later].run.ends) end += times * all[i].period.size;
    }
  }
  for (Carrying& each : all) carried.runs.push_back(std::move(each.run));
  carried.plan = thinning(*full);
  return carried;
}

Picoseconds left_out(const CarriedPlan& plan, const std::vector<std::vector<Picoseconds>>& watched,
                     size_t j, bool& alike) {
  Picoseconds sum = 0;
  size_t w = 0;
  for (const CarriedRun& run : plan.runs) {
    const auto added = [&](size_t back, size_t job) {
      return watched[w + back][job] - watched[w + back + 1][job];
    };
    const size_t periods = run.ends.size() - 1;
    const Picoseconds last = added(0, j);
    const bool same = periods > 1 && added(1, j) == last;
    if (run.left > 0) {
      if (!same || last != added(0, 0)) alike = false;
      sum += same || periods < 3
                 ? run.left * last
                 : std::llround(goes_on(static_cast<double>(last), static_cast<double>(added(1, j)),
                                        static_cast<double>(added(2, j)),
                                        static_cast<double>(added(0, 0)), run.left));
    }
    w += run.ends.size();
  }
  return sum;
}

Picoseconds repeat_last(const CarriedPlan& plan,
                        const std::vector<std::vector<Picoseconds>>& watched, size_t j) {
  Picoseconds sum = 0;
  size_t w = 0;
  for (const CarriedRun& run : plan.runs) {
    if (run.left > 0) sum += run.left * (watched[w][j] - watched[w + 1][j]);
    w += run.ends.size();
  }
  return sum;
}

}  // namespace ohm
