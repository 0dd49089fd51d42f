// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mapping/schedule/bounds.h"
#include "mapping/schedule/token_flow.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// A step on the resource that it occupies, as the timeline shows it.
struct TimelineEvent {
  Index resource = 0;
  Index vertex = 0;
  std::string action;
  Index sequence = 0, token = 0;
  Picoseconds ready = 0, start = 0, end = 0;  ///< it occupies the resource from start to end
  Picoseconds granted = 0;                    ///< since when there is space for what it leaves
  Index step = 0;                             ///< of the plan
};

/// The pass of the source through the first of two stacks.
struct SourcePass {
  Picoseconds makespan = 0, critical_path = 0;
};

/// When everything happens.
struct Schedule {
  Picoseconds makespan = 0;
  Picoseconds ttft = 0;  ///< mean over sequences: the first output token; an encoder's whole input
  double tpot =
      0.0;  ///< mean picoseconds between output tokens after the first; 0 if there are none
  Bounds bounds;
  SourcePass source;  ///< before the answers; of one stack none
  std::vector<Resource> resources;
  std::vector<Picoseconds> busy;              ///< by resource
  std::map<std::string, Picoseconds> stalls;  ///< Σ time that steps waited, by what they waited for
  std::int64_t steps = 0;                     ///< that were scheduled
  /// When outputs are there: of a decoder by token, then sequence; of an encoder by sequence.
  std::vector<Picoseconds> outputs;
  /// By watched step: when it ended, by token, then sequence; 0 where it did not run.
  std::vector<std::vector<Picoseconds>> watched;
  Gated gated;                             ///< by the rule of the plan
  std::vector<std::int64_t> buffer_peaks;  ///< by tile: most bytes at once; none: not bounded
  std::vector<TimelineEvent> events;       ///< of the first tokens only
  Index timeline_tokens = 0;               ///< how many tokens the events cover

  /// `ttft` and `tpot` from the outputs.
  void average(const Request& request);
  /// Share of the makespan that a resource is occupied.
  double utilisation(Index resource) const;
};

/// List scheduling in discrete time: of the steps that are ready, the one that became ready first
/// goes first (then the one released first), in the first gap that its resources have for it.
/// Messages take their links one by one as their head advances (virtual cut-through).
///
/// Tokens of a prompt enter one behind the other; a generated token enters when the one before has
/// left the network; an encoder's attention waits for all of its tokens. Where the plan says how
/// much space tiles have, what a step leaves there takes it (see BufferSpace). Events of the first
/// `timeline_tokens` tokens are kept. Deterministic, in whole picoseconds. Throws SolveError if the
/// makespan beats a lower bound: a bug of ours. Ends of the steps `watch` are kept.
Schedule schedule(const TokenPlan& plan, const Request& request, Index timeline_tokens = 0,
                  const std::vector<Index>& watch = {});

/// What is known of tokens that are generated, besides the plan.
struct Generation {
  std::vector<Repeat> repeats = {};  ///< each adds what its layer takes of a token, waits included
  std::vector<Picoseconds> starts = {};  ///< by sequence: the prompt's output; none: 0 for all
};

/// The tokens that a decoder generates behind its prompts, whose tokens have long passed: those of
/// the only sequence find an empty network, those of several each other. The outputs of the prompts
/// stand first among the outputs.
Schedule schedule_generated(const TokenPlan& plan, const Request& request,
                            const std::vector<Index>& watch = {},
                            const Generation& generation = {});

}  // namespace ohm
