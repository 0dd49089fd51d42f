// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/fold_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ohm {
namespace {

/// Steps with one claim of a resource of their own.
std::vector<Step> chain(const std::vector<Picoseconds>& holds) {
  std::vector<Step> steps(holds.size());
  for (size_t k = 0; k < holds.size(); ++k) {
    steps[k].claims = {{static_cast<Index>(k), 0, holds[k]}};
    if (k > 0) steps[k].after = {static_cast<Index>(k) - 1};
  }
  return steps;
}

TEST(StepFolder, KeepsTheFirstStepAndThoseThatHoldLongerThanAllBefore) {
  const auto steps = chain({3, 2, 5, 5, 4, 9});
  StepFolder folder(steps, 4);
  const FoldedSteps folded = folder.fold(std::vector<StepTime>(6, {true, 0, 10, 0}));
  ASSERT_EQ(folded.servers.size(), 3u);
  EXPECT_EQ(folded.servers[1].step, 2u);
  EXPECT_EQ(folded.servers[1].after.front().delay, 10);  // of step 1
  EXPECT_EQ(folded.servers[2].step, 5u);
  EXPECT_EQ(folded.servers[2].after.front().delay, 20);
}

TEST(StepFolder, KeepsAStepForGoodOnceTokensMayQueueThere) {
  const auto steps = chain({3, 5});
  StepFolder folder(steps, 1);
  std::vector<StepTime> times(2, {true, 0, 10, 0});
  EXPECT_EQ(folder.fold(times).servers.size(), 2u);
  times[0].occupied = 10;  // now it would find its own free, but for the queue
  EXPECT_EQ(folder.fold(times).servers.size(), 2u);
}

/// First come, first served, every step by itself.
struct Twin {
  const std::vector<Step>& steps;
  std::vector<Picoseconds> free;
  std::vector<std::vector<Picoseconds>> last;

  Twin(const std::vector<Step>& s, size_t batch)
      : steps(s), free(s.size(), 0), last(s.size(), std::vector<Picoseconds>(batch, 0)) {}

  Picoseconds serve(size_t k, Picoseconds ready, const StepTime& time, size_t sequence) {
    const bool in_order = steps[k].order == StepOrder::in_order;
    if (in_order) ready = std::max(ready, last[k][sequence]);
    if (!steps[k].claims.empty()) {
      ready = std::max(ready, free[k]);
      free[k] = ready + steps[k].claims.front().busy + time.occupied;
    }
    last[k][sequence] = ready + time.latency;
    return last[k][sequence];
  }

  Picoseconds pass(Picoseconds release, const std::vector<StepTime>& times, size_t sequence) {
    std::vector<Picoseconds> end(steps.size(), 0);
    Picoseconds left = release;
    for (size_t k = 0; k < steps.size(); ++k) {
      Picoseconds ready = release;
      for (const Index b : steps[k].after) ready = std::max(ready, end[static_cast<size_t>(b)]);
      end[k] = serve(k, ready, times[k], sequence) + times[k].repeated;
      left = std::max(left, end[k]);
    }
    return left;
  }
};

Picoseconds folded_pass(const FoldedSteps& folded, Twin& twin, Picoseconds release,
                        const std::vector<StepTime>& times, size_t sequence) {
  std::vector<Picoseconds> end;
  const auto after = [&](const std::vector<Wait>& waits) {
    Picoseconds time = release;
    for (const Wait& wait : waits) {
      const Picoseconds from = wait.server < 0 ? release : end[static_cast<size_t>(wait.server)];
      time = std::max(time, from + wait.delay);
    }
    return time;
  };
  for (const Server& server : folded.servers) {
    end.push_back(twin.serve(server.step, after(server.after), times[server.step], sequence));
  }
  return after(folded.left);
}

TEST(StepFolder, GivesTheTimesOfAllSteps) {
  std::mt19937 random(7);
  const auto draw = [&](Picoseconds most) {
    return static_cast<Picoseconds>(random() % static_cast<unsigned>(most));
  };
  for (int trial = 0; trial < 300; ++trial) {
    const size_t n = 12, batch = 1 + random() % 4;
    std::vector<Picoseconds> holds;
    for (size_t k = 0; k < n; ++k) holds.push_back(draw(20));
    auto steps = chain(holds);
    std::vector<StepTime> times(n);
    for (size_t k = 0; k < n; ++k) {
      times[k].latency = holds[k] + draw(20);
      if (k > 1) steps[k].after.push_back(draw(static_cast<Picoseconds>(k)));
      if (k % 5 == 3) {
        steps[k].order = StepOrder::in_order;
        steps[k].claims.clear();
      }
    }
    StepFolder folder(steps, static_cast<Index>(batch));
    Twin all(steps, batch), few(steps, batch);
    std::vector<Picoseconds> release(batch, 0);
    for (int token = 0; token < 12; ++token) {
      const FoldedSteps folded = folder.fold(times);
      for (size_t s = 0; s < batch; ++s) {
        const Picoseconds left = all.pass(release[s], times, s);
        ASSERT_EQ(folded_pass(folded, few, release[s], times, s), left) << trial << ' ' << token;
        if (token > 5) release[s] = left;
      }
      for (size_t k = 0; k < n; k += 3) {  // grows with the positions
        if (steps[k].claims.empty()) continue;
        const Picoseconds more = draw(6);
        times[k].occupied += more;
        times[k].latency += more;
      }
    }
  }
}

}  // namespace
}  // namespace ohm
