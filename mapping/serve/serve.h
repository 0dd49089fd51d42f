// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/serve/serve_statistics.h"
#include "mapping/serve/step_times.h"

namespace ohm {

/// What a machine makes of a mix of requests. Input and output tokens are counted apart.
struct ServeResult {
  std::vector<ServedRequest> served;  ///< by arrival
  Distribution ttft, tpot, latency;   ///< s; tpot: of requests that generate two tokens or more
  Distribution waiting;               ///< s, before the prompt begins to be read
  Picoseconds makespan = 0;           ///< from the first arrival to the last token
  Picoseconds busy = 0;               ///< Σ of all passes
  Index input_tokens = 0, output_tokens = 0, passes = 0;
  double output_tokens_per_s = 0.0, total_tokens_per_s = 0.0, input_tokens_per_s = 0.0;
  double tokens_per_s_per_user = 0.0;  ///< 1 / mean tpot
  Joules energy;                       ///< passes, and idle power between them
  double output_tokens_per_j = 0.0, total_tokens_per_j = 0.0;  ///< 0: no energy is known
  double mean_queue = 0.0;  ///< requests that wait, mean over the makespan (Little's law)
  Index longest_queue = 0;
  double mean_batch = 0.0;  ///< sequences per decode step, mean over steps
};

/// Serves requests in the order of their arrival, pass by pass, in whole picoseconds.
///
/// Between two passes the server admits waiting requests, first come first served, while batch and
/// memory allow; memory is reserved for the whole length of a request (of two stacks source and
/// answer with its start token), so that none is ever evicted, and one that does not fit holds up
/// those behind it. Admitted prompts are read together in one pass before the others decode on.
/// static: none is admitted before all are done; finished sequences take no further part in the
/// steps of their batch. Deterministic. Throws ArgumentError for a request that can never fit.
ServeResult serve(const StepTimes& machine, const ServingSpec& spec);

}  // namespace ohm
