// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/lone_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ohm {
namespace {

/// One token after the other, claim by claim.
class OneByOne {
 public:
  explicit OneByOne(const Step& step) : step_(step), free_(step.claims.size(), 0) {}

  Picoseconds serve(Picoseconds ready, Picoseconds occupied) {
    return step_.hops ? hop(ready, occupied) : join(ready, occupied);
  }

 private:
  Picoseconds join(Picoseconds ready, Picoseconds occupied) {
    Picoseconds start = ready;
    for (size_t c = 0; c < free_.size(); ++c) {
      start = std::max(start, free_[c] - step_.claims[c].offset);
    }
    for (size_t c = 0; c < free_.size(); ++c) {
      free_[c] = start + step_.claims[c].offset + step_.claims[c].busy + occupied;
    }
    return start;
  }

  Picoseconds hop(Picoseconds ready, Picoseconds occupied) {
    std::vector<Picoseconds> starts(free_.size());
    Picoseconds latest = ready, undisturbed = ready;
    for (size_t c = 0; c < free_.size(); ++c) {
      const Claim& claim = step_.claims[c];
      starts[c] = ready + claim.offset;
      for (const Index before : claim.behind) {
        const auto b = static_cast<size_t>(before);
        starts[c] = std::max(starts[c], starts[b] + claim.offset - step_.claims[b].offset);
      }
      starts[c] = std::max(starts[c], free_[c]);
      const Picoseconds grown = step_.grown(claim, occupied);
      free_[c] = starts[c] + claim.busy + grown;
      const Picoseconds held = std::max(claim.busy + grown, claim.tail);
      undisturbed = std::max(undisturbed, ready + claim.offset + held);
      latest = std::max(latest, starts[c] + held);
    }
    return ready + latest - undisturbed;
  }

  const Step& step_;
  std::vector<Picoseconds> free_;
};

Step random_step(std::mt19937& random) {
  const auto below = [&](size_t n) { return static_cast<Picoseconds>(random() % n); };
  Step step;
  step.hops = random() % 2 == 0;
  for (Index c = 0; c < below(7); ++c) {
    Claim claim{c, 10 * c + below(9), below(60), {}};
    for (Index b = 0; b < c; ++b) {
      if (step.hops && random() % 2 == 0) claim.behind.push_back(b);
    }
    if (step.hops) claim.tail = below(90);
    step.claims.push_back(claim);
  }
  return step;
}

/// A fetch of which several memories serve a part each, the first the largest.
Step random_fetch(std::mt19937& random) {
  Step step;
  step.hops = true;
  step.growth.per_position = 10;
  for (Index c = 0; c < 1 + static_cast<Index>(random() % 4); ++c) {
    const auto each = c == 0 ? 10 : 1 + static_cast<Picoseconds>(random() % 10);
    step.claims.push_back({c, 0, 0, {}, 0, each});
  }
  return step;
}

/// What a step's claims take on top of their own time.
Picoseconds on_top(const Step& step, std::mt19937& random) {
  if (step.growth.per_position > 0) return 10 * static_cast<Picoseconds>(random() % 7);
  return step.hops ? 0 : static_cast<Picoseconds>(random() % 20);
}

TEST(LoneSteps, ServeABatchAsTokensOneByOne) {
  std::mt19937 random(23);
  for (int trial = 0; trial < 500; ++trial) {
    const std::vector<Step> steps{random_step(random), random_step(random), random_fetch(random)};
    std::vector<OneByOne> twins{OneByOne(steps[0]), OneByOne(steps[1]), OneByOne(steps[2])};
    LoneSteps lone(steps);
    Picoseconds now = 0;
    for (int round = 0; round < 3; ++round) {
      for (size_t k = 0; k < steps.size(); ++k) {
        const Picoseconds occupied = on_top(steps[k], random);
        std::vector<Picoseconds> times, expected;
        for (size_t s = 0; s < 1 + static_cast<size_t>(trial % 150); ++s) {
          times.push_back(now += static_cast<Picoseconds>(random() % 70));
          const bool claims = !steps[k].claims.empty();
          expected.push_back(claims ? twins[k].serve(now, occupied) : now);
        }
        lone.serve(k, occupied, times);
        EXPECT_EQ(times, expected) << trial;
      }
    }
  }
}

}  // namespace
}  // namespace ohm
