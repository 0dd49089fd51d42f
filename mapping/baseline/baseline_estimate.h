// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/baseline/roofline.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// What a workload takes on a baseline; input and output tokens are counted apart.
struct BaselineEstimate {
  Request request;
  Seconds ttft, tpot, makespan;
  double output_tokens_per_s = 0.0;    ///< over all sequences, from arrival to the last token
  double total_tokens_per_s = 0.0;     ///< input + output
  double decode_tokens_per_s = 0.0;    ///< batch / tpot: output tokens while decoding
  double tokens_per_s_per_user = 0.0;  ///< 1 / tpot
  Joules energy;                       ///< of `makespan` at busy power; 0 J: not published
  double output_tokens_per_j = 0.0, total_tokens_per_j = 0.0, decode_tokens_per_j = 0.0;
  Watts power;  ///< energy / makespan
  double macs = 0.0;
  Bytes resident;  ///< weights, and keys and values at the end
  PassCost prefill;
  PassCost decode;           ///< the step in the middle
  double decode_gain = 0.0;  ///< see decode_gain(): at the middle step; 0 for an encoder
  std::vector<std::string> assumptions;
};

/// All sequences arrive together, are prefilled in one pass and decoded in step. Of two stacks the
/// prompt is the source, and the prefill ends with the second one's first output.
///
/// Throws ArgumentError for a workload that does not suit the network, or does not fit.
BaselineEstimate estimate(const BaselineSpec& spec, const Network& network,
                          const Workload& workload);

/// What the machine delivers when requests follow each other without a pause.
struct SteadyRate {
  double batch = 0.0;  ///< sequences at a time
  double requests_per_s = 0.0, output_tokens_per_s = 0.0, total_tokens_per_s = 0.0;
  double output_tokens_per_j = 0.0;
  Seconds tpot;
};

/// One step of `batch` equal sequences that attend to `context` positions. Throws what
/// require_context() throws, and ArgumentError where the machine cannot hold them.
PassCost decode_step(const BaselineSpec& spec, const Network& network, Index context, Index batch);

/// Throughput of continuous batching in the steady state: while every sequence decodes `generate`
/// tokens once, as many prompts are prefilled, in one pass. Memory is reserved for the whole length
/// of a request, so that none is ever evicted; keys and values are read at the mean position.
/// `request.batch` 0: as many sequences as fit. Throws as estimate().
SteadyRate steady_rate(const BaselineSpec& spec, const Network& network, const Request& request);

}  // namespace ohm
