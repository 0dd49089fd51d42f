// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/duplicate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

using Stages = std::vector<DuplicationStage>;
using Copies = std::vector<Index>;
/// Products of two 64-bit integers: arrays × copies, time × copies.
__extension__ using Wide = __int128;

Wide arrays_of(const Stages& stages, const Copies& copies) {
  Wide arrays = 0;
  for (size_t i = 0; i < stages.size(); ++i) arrays += Wide{stages[i].arrays} * copies[i];
  return arrays;
}

void check_stage(const DuplicationStage& stage, size_t i) {
  const bool countable = stage.arrays >= 1 || (stage.arrays == 0 && stage.most == 1);
  if (stage.time >= 0 && countable && stage.most >= 1 &&
      stage.most <= DuplicationStage::kMostCopies) {
    return;
  }
  throw ArgumentError(fmt::format(
      "duplicate: stage {} takes {} ps and {} arrays with at most {} copies; expected a time of at "
      "least 0 ps, at least 1 array (0 if it cannot be copied) and 1 to {} copies",
      i, stage.time, stage.arrays, stage.most, DuplicationStage::kMostCopies));
}

void check(const Stages& stages, Index budget) {
  for (size_t i = 0; i < stages.size(); ++i) check_stage(stages[i], i);
  const Wide least = arrays_of(stages, Copies(stages.size(), 1));
  if (least <= budget) return;
  throw ArgumentError(fmt::format(
      "duplicate: {} arrays for {} stages that take {} with one copy each; expected at least that "
      "many: enlarge the chip",
      budget, stages.size(), static_cast<double>(least)));
}

/// A smallest x in (0, top] for which copies_at(x) fits, found to a relative 2^-40; more copies
/// belong to smaller x, and those at `top` fit.
Copies bisect(const Stages& stages, Index budget, double top,
              const std::function<Copies(double)>& copies_at) {
  double low = std::log2(top) - 130, high = std::log2(top);
  for (int step = 0; step < 48; ++step) {
    const double middle = (low + high) / 2;
    const bool fits = arrays_of(stages, copies_at(std::exp2(middle))) <= budget;
    (fits ? high : low) = middle;
  }
  Copies copies = copies_at(std::exp2(high));
  if (arrays_of(stages, copies) > budget) copies.assign(stages.size(), 1);
  return copies;
}

Index clamp_copies(const DuplicationStage& stage, double copies) {
  return static_cast<Index>(std::clamp(copies, 1.0, static_cast<double>(stage.most)));
}

double interval(const DuplicationStage& stage, Index copies) {
  return static_cast<double>(stage.time) / static_cast<double>(copies);
}

/// Exactly: time_a / copies_a against time_b / copies_b.
struct Slowness {
  std::int64_t time;
  Index copies;
  size_t stage;

  bool operator<(const Slowness& other) const {
    return Wide{time} * other.copies < Wide{other.time} * copies;
  }
};

Slowness slowest(const Stages& stages, const Copies& copies) {
  Slowness worst{0, 1, 0};
  for (size_t i = 0; i < stages.size(); ++i) {
    worst = std::max(worst, Slowness{stages[i].time, copies[i], i});
  }
  return worst;
}

/// The fewest copies that no optimum can do without: those that keep up with a feasible choice.
Copies forced_copies(const Stages& stages, const Copies& feasible) {
  const Slowness worst = slowest(stages, feasible);
  Copies copies(stages.size(), 1);
  if (worst.time == 0) return copies;
  for (size_t i = 0; i < stages.size(); ++i) {
    const Wide work = Wide{stages[i].time} * worst.copies;
    copies[i] = std::max<Index>(1, static_cast<Index>((work + worst.time - 1) / worst.time));
  }
  return copies;
}

Copies throughput_start(const Stages& stages, Index budget) {
  double top = 0;
  for (const DuplicationStage& stage : stages) top = std::max(top, interval(stage, 1));
  if (top == 0) return Copies(stages.size(), 1);
  const Copies feasible = bisect(stages, budget, top, [&](double longest) {
    Copies copies;
    for (const DuplicationStage& stage : stages) {
      copies.push_back(clamp_copies(stage, std::ceil(interval(stage, 1) / longest)));
    }
    return copies;
  });
  return forced_copies(stages, feasible);
}

/// Gain of one more copy per array.
double density(const DuplicationStage& stage, Index copies) {
  const double gain = interval(stage, copies) / static_cast<double>(copies + 1);
  return gain / static_cast<double>(stage.arrays);
}

Copies latency_start(const Stages& stages, Index budget) {
  double top = 0;
  for (const DuplicationStage& stage : stages) {
    if (stage.most > 1) top = std::max(top, density(stage, 1));
  }
  if (top == 0) return Copies(stages.size(), 1);
  return bisect(stages, budget, 2 * top, [&](double least) {
    Copies copies;
    for (const DuplicationStage& stage : stages) {
      // r (r - 1) ≤ q: the copies whose last one still gains `least` per array.
      const double q =
          interval(stage, 1) / static_cast<double>(std::max<Index>(stage.arrays, 1)) / least;
      copies.push_back(clamp_copies(stage, std::floor(0.5 + std::sqrt(0.25 + q))));
    }
    return copies;
  });
}

double sum_of_intervals(const Stages& stages, const Copies& copies) {
  double sum = 0;
  for (size_t i = 0; i < stages.size(); ++i) sum += interval(stages[i], copies[i]);
  return sum;
}

}  // namespace

Duplication duplicate_for_throughput(const Stages& stages, Index budget) {
  check(stages, budget);
  Copies copies = throughput_start(stages, budget);
  Wide left = budget - arrays_of(stages, copies);
  std::priority_queue<Slowness> queue;
  for (size_t i = 0; i < stages.size(); ++i) queue.push({stages[i].time, copies[i], i});
  while (!queue.empty() && queue.top().time > 0) {
    std::vector<Slowness> tied;  // all of them need one more copy, or none gains
    Wide needed = 0;
    bool limited = false;
    do {
      tied.push_back(queue.top());
      queue.pop();
      needed += stages[tied.back().stage].arrays;
      limited = limited || tied.back().copies == stages[tied.back().stage].most;
    } while (!queue.empty() && !(queue.top() < tied.front()));
    if (limited || needed > left) break;
    left -= needed;
    for (Slowness stage : tied) {
      copies[stage.stage] = ++stage.copies;
      queue.push(stage);
    }
  }
  const Slowness worst = slowest(stages, copies);
  const double cost = static_cast<double>(worst.time) / static_cast<double>(worst.copies);
  return {std::move(copies), static_cast<Index>(budget - left), cost, cost};
}

Duplication duplicate_for_latency(const Stages& stages, Index budget) {
  check(stages, budget);
  Copies copies = latency_start(stages, budget);
  Wide left = budget - arrays_of(stages, copies);
  using Gain = std::pair<double, Index>;  // ties: the earlier stage
  std::priority_queue<Gain> queue;
  const auto offer = [&](size_t i) {
    if (copies[i] == stages[i].most || stages[i].time == 0) return;
    queue.emplace(density(stages[i], copies[i]), -static_cast<Index>(i));
  };
  for (size_t i = 0; i < stages.size(); ++i) offer(i);
  double bound = -1;
  while (!queue.empty()) {
    const auto [gain, negative] = queue.top();
    const auto i = static_cast<size_t>(-negative);
    queue.pop();
    if (stages[i].arrays > left) {
      if (bound < 0) {
        bound = std::max(0.0, sum_of_intervals(stages, copies) - gain * static_cast<double>(left));
      }
      continue;  // smaller stages may still fit
    }
    left -= stages[i].arrays;
    ++copies[i];
    offer(i);
  }
  const double cost = sum_of_intervals(stages, copies);
  return {std::move(copies), static_cast<Index>(budget - left), cost,
          bound < 0 ? cost : std::min(bound, cost)};
}

}  // namespace ohm
