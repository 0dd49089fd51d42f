// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "mapping/network/transformer_spec.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Requests of one kind that arrive together.
struct RequestSpec {
  Index prompt = 1, generate = 1;
  Seconds arrival;
  Index count = 1;

  void visit(Visitor& v);
};

/// Requests that arrive at random: intervals are exponential, lengths are drawn from the lists.
struct PoissonSpec {
  Hertz rate{1.0};  ///< mean requests per second
  Index count = 0;  ///< requests; 0: none
  std::vector<Index> prompts, generates;
  bool paired = false;  ///< entry i of `prompts` goes with entry i of `generates`
  Index seed = 0;

  void visit(Visitor& v);
};

/// What is asked of a server, and how it batches.
struct ServingSpec {
  std::string name;
  std::vector<RequestSpec> requests;
  PoissonSpec poisson;
  /// static: a batch starts when the one before is done; continuous: sequences join and leave
  /// between any two steps (Yu et al., Orca, OSDI 2022)
  std::string batching = "continuous";
  Index max_batch = 256;  ///< sequences at a time
  Index kv_tokens = 0;    ///< tokens whose keys and values may be kept; 0: as many as fit

  void visit(Visitor& v);
};

/// One request as it reaches the server.
struct ArrivingRequest {
  Picoseconds arrival = 0;
  Index prompt = 1, generate = 1;

  /// Tokens that are kept at the end, but for a start token: the last generated one is not read
  /// again.
  Index tokens() const { return prompt + (generate > 0 ? generate - 1 : 0); }
};

/// All requests, by arrival; those that arrive together keep the order of the list, then of their
/// draws. The same spec gives the same requests everywhere.
///
/// Intervals: von Neumann's comparison of uniforms (Various techniques used in connection with
/// random digits, 1951), which needs no logarithm; resolution 2^-32 of the mean.
/// Throws ArgumentError for no requests at all, lists that are empty or of unequal length where
/// paired, and times beyond 10^6 s.
std::vector<ArrivingRequest> requests_of(const ServingSpec& spec);

/// ArgumentError, as of resolve(), for the first request that does not suit the network: beyond its
/// context, or tokens of an encoder.
void check_requests(const TransformerSpec& network, const ServingSpec& spec);

/// The (prompt, generate) pairs on which NVIDIA reports throughput (TensorRT-LLM documentation,
/// performance overview): 128/128, 128/2048, 128/4096, 500/2000, 1000/1000, 1000/2000, 2048/128,
/// 2048/2048, 5000/500, 20000/2000.
const std::vector<std::pair<Index, Index>>& length_presets();

/// The pair that "2048/128" names. Throws ArgumentError, with the list, for any other text.
std::pair<Index, Index> length_preset(const std::string& name);

}  // namespace ohm
