// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/workload.h"

#include "core/units.h"

namespace ohm {

/// Times that a user sees, and rates by what they count.
struct Latency {
  Seconds ttft;                        ///< mean over sequences: first output
  Seconds tpot, tpot_p50, tpot_p95;    ///< between outputs of a sequence; 0 if there is one
  double output_tokens_per_s = 0.0;    ///< over all sequences, first input to last output
  double input_tokens_per_s = 0.0;     ///< tokens of prompts (of an encoder: all), likewise
  double tokens_per_s_per_user = 0.0;  ///< 1 / tpot; of one output and of encoders 1 / ttft
};

/// Latency from the times of all outputs in picoseconds: of a decoder by token, then sequence; of
/// an encoder by sequence.
///
/// Percentiles are the nearest rank: the smallest gap that at least p of all gaps do not exceed.
Latency latency_of(const std::vector<std::int64_t>& outputs, const Request& request,
                   std::int64_t makespan);

}  // namespace ohm
