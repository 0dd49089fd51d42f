// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// Layers spread over so many chips side by side, and what a workload then costs.
struct ParallelWay {
  Index asked = 0;            ///< what map.tensor_parallel says; 0: auto
  Index tensor_parallel = 1;  ///< chips side by side that it comes to
  Index chips = 1;
  Seconds ttft, tpot, makespan;
  Joules energy_per_token;
  double energy_delay = 0.0;  ///< J·s: energy of the workload × its makespan
  /// Positions from which on a generated token takes no longer than in the narrowest way: 1 always,
  /// infinity never within the network's context and the memories' room, or of an encoder.
  double break_even = std::numeric_limits<double>::infinity();
};

/// Ways to spread a network over chips that were compared, the narrowest first, none twice.
struct Parallelism {
  std::vector<ParallelWay> ways;
  size_t taken = 0;      ///< of them: the cheapest
  std::string decision;  ///< why

  const ParallelWay& cheapest() const { return ways[taken]; }
};

}  // namespace ohm
