// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace ohm {

inline double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Time that the calling thread had the processor: what else runs there does not count.
inline double own_seconds_of(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  work();
  return now() - start;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Medians of some work and its yardstick, run in turns.
struct Turns {
  double ours = 0.0, yardstick = 0.0;
};

using Clock = double(const std::function<void()>&);

inline Turns take_turns(benchmark::State& state, const std::function<void()>& ours,
                        const std::function<void()>& yardstick, Clock* seconds = seconds_of) {
  std::vector<double> mine, theirs;
  ours(), yardstick();
  for (auto _ : state) {
    theirs.push_back(seconds(yardstick));
    mine.push_back(seconds(ours));
    state.SetIterationTime(mine.back());
  }
  return {median(mine), median(theirs)};
}

/// A figure beside its goal.
inline void report(benchmark::State& state, const char* what, double figure, const char* sense,
                   double goal) {
  const bool met = sense[0] == '<' ? figure <= goal : figure >= goal;
  state.SetLabel(
      fmt::format("{:7.2f} {} (goal {} {:g}{})", figure, what, sense, goal, met ? "" : ", MISSED"));
}

}  // namespace ohm

/// A row of the table: timed by hand, so that its yardstick does not count.
#define OHM_ROW(function, row, ...)             \
  BENCHMARK_CAPTURE(function, row, __VA_ARGS__) \
      ->Unit(benchmark::kMillisecond)           \
      ->UseManualTime()                         \
      ->MeasureProcessCPUTime()
