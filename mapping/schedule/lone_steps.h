// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Steps with resources of their own, each of which serves tokens in the order in which they are
/// given to it, a batch at a time.
///
/// Nothing else takes what a step claims. One whose claims keep their distance, or that grows, is
/// thus one queue, held for its longest claim. Of one whose claims follow each other (hops), token
/// n takes link c, counted from its offset, at the latest of r(m) + (n - m) h(c) over all tokens m
/// up to n, where r(m) is when token m is ready and h(c) the longest time of a claim from the first
/// link to c: who waits, waits longest behind that one. Links with the same h are one queue, and of
/// several queues only those count whose end is later than that of all slower ones.
class LoneSteps {
 public:
  explicit LoneSteps(const std::vector<Step>& steps);

  /// Turns the times (ps) at which tokens are ready for step `k` into those at which it starts;
  /// `occupied`: what its longest claim takes on top of its own time.
  void serve(size_t k, Picoseconds occupied, std::vector<Picoseconds>& times);

 private:
  struct Queue {
    Picoseconds held = 0;
    Picoseconds hidden = 0;  // wait that ends before the slowest link would without any
    Picoseconds free = 0;    // when it can be taken again
  };

  static std::vector<Queue> queues_of(const Step& step);

  std::vector<std::vector<Queue>> queues_;  // by step
  std::vector<Picoseconds> ready_;
};

}  // namespace ohm
