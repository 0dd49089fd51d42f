// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Steps of a plan that stand for more like them.
struct Repeat {
  Index before = -1, last = -1;  ///< the steps with which the repeated layer begins and ends
  Index times = 0;               ///< how many more layers follow `last`
};

/// A plan of few layers and what it stands for.
struct RepeatedPlan {
  const TokenPlan& plan;
  std::vector<Repeat> repeats = {};
  std::vector<Index> weights = {};  ///< by step: layers it stands for; none: 1
};

/// Times of a whole request without events.
struct FlowTimes {
  std::vector<Picoseconds> outputs;  ///< by token, then sequence
  Picoseconds makespan = 0;
  Picoseconds critical_path = 0;  ///< of one sequence, waiting for nothing but itself
  bool exact = false;  ///< no resource has two users, so that these are the times of events
};

/// Tokens of a decoder through a plan, every step serving them first come, first served.
///
/// Later tokens never take less of a step, so that the event simulation serves every step in the
/// order (token, sequence); hence, with resources of its own for every step, these are its times,
/// to the picosecond, and otherwise no later ones. Where several steps share a resource, its work
/// and the least way before and behind it bound the times from below as well. Identical layers
/// after the first let tokens pass without waiting, since it has spaced them: each adds the length
/// of its path. With `first`, tokens before that one have long passed: all sequences send it at
/// time 0. Throws ArgumentError for an encoder, whose barriers this does not know.
FlowTimes flow_tokens(const RepeatedPlan& repeated, const Request& request, Index first = 0);

}  // namespace ohm
