// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ledger.h"
#include "mapping/chip/map_network.h"
#include "mapping/schedule/schedule.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// A stretch of tokens of every sequence that the ledger keeps apart.
struct Phase {
  std::string name;  ///< "prefill", "decode" or "encoder"
  Index first = 0, last = -1;
};

/// Prefill and decode of a decoder; one phase of an encoder. Phases without tokens are left out.
std::vector<Phase> phases_of(const Request& request);

/// Picoseconds that arrays work: Σ over copies of matrices of busy time × arrays.
double array_picoseconds(const Mapping& mapping, const Schedule& schedule);

/// How often an operator runs in a phase, over all sequences.
std::int64_t runs_of(const Network& network, const Operator& op, const Request& request,
                     const Phase& phase);

/// Multiply-accumulates of the whole request: blocks × runs, plus those of attention.
std::int64_t macs_of(const Mapping& mapping, const Request& request);

/// Books the dynamic energy of every operator, phase by phase.
///
/// Macros by component from their counts; "quantise", "dequantise", "accumulate", "norm",
/// "activation", "residual", "softmax" and "attention_mac" of the digital units; "buffer" per byte
/// written and per byte read; "noc_router", "noc_link" and "dram" per byte moved.
/// The activity of macros is that of the workload, which must have one entry per matmul or at most
/// one.
void book_energy(const Mapping& mapping, const Request& request, const Workload& workload,
                 Ledger& ledger);

/// Books the time that digital units, links and DRAM are busy; macros report theirs with their
/// energy.
void book_busy(const Mapping& mapping, const TokenPlan& plan, const Request& request,
               Ledger& ledger);

/// Books the published parts of cores, tiles and chip under the phase "static".
///
/// Parts of cores and tiles draw their power while macros work, as if all macros of a block worked
/// together; the upper end of the range is the whole makespan in every tile in use. Parts of the
/// chip draw it for the whole makespan.
void book_parts(const Mapping& mapping, const Schedule& schedule, Ledger& ledger);

/// Books the area of the tiles in use by component, and of what the chip has once, under the phase
/// "static".
void book_area(const Mapping& mapping, Ledger& ledger);

}  // namespace ohm
