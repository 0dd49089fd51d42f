// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ledger.h"
#include "mapping/chip/map_network.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// Books the dynamic energy of every operator, phase by phase.
///
/// Macros by component from their counts; "quantise", "dequantise", "accumulate", "norm",
/// "activation", "residual", "softmax" and "attention_mac" of the digital units; "buffer" per byte
/// written and per byte read; "noc_router", "noc_link", "dram" and "kv_memory" per byte moved. With
/// an attention engine its own components in place of attention_mac, and "kv_write".
/// The activity of macros is that of the workload, which must have one entry per matmul or at most
/// one.
void book_energy(const Mapping& mapping, const Request& request, const Workload& workload,
                 Ledger& ledger);

/// Books the time that digital units, links and DRAM are busy; macros report theirs with their
/// energy.
void book_busy(const Mapping& mapping, const TokenPlan& plan, const Request& request,
               Ledger& ledger);

}  // namespace ohm
