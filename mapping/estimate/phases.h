// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// A stretch of tokens of every sequence that the ledger keeps apart.
struct Phase {
  std::string name;  ///< "prefill", "decode" or "encoder"
  Index first = 0, last = -1;
};

/// Prefill and decode of a decoder; one phase of an encoder. Phases without tokens are left out.
std::vector<Phase> phases_of(const Request& request);

/// How often an operator runs in a phase, over all sequences.
std::int64_t runs_of(const Network& network, const Operator& op, const Request& request,
                     const Phase& phase);

/// Multiply-accumulates of an attention operator in a phase, of one sequence; 0 for others.
std::int64_t attention_macs(const Network& network, Index vertex, const Request& request,
                            const Phase& phase);

/// Multiply-accumulates of one operator in all phases of a pass.
std::int64_t operator_macs(const Mapping& mapping, Index vertex, const Request& request);

/// Multiply-accumulates of one pass (see passes_of()): blocks × runs, plus those of attention.
std::int64_t macs_of(const Mapping& mapping, const Request& request);

}  // namespace ohm
