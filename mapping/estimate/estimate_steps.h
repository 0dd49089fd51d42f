// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapping/estimate/estimate.h"

namespace ohm {

/// The steps that every estimate takes, however it finds its times.
///
/// ArgumentError for chips published as matrix engines alone: they have a peak and run nothing.
void require_units(const ChipSpec& chip);

/// ArgumentError unless activity is given for no matrix, for all at once, or for each.
void check_activity(const Network& network, const Workload& workload);

/// ArgumentError where keys and values beyond the buffers exceed the DRAM.
void require_memory(const Mapping& mapping, std::int64_t bytes);

/// What the macro assumes where the workload measured nothing.
Workload with_activity(Workload workload, const MacroSpec& macro);

/// Bytes of keys and values in the DRAM at the end, of the layer of one operator, over all
/// sequences; 0 unless it computes scores in this pass.
std::int64_t kv_in_dram(const Mapping& mapping, Index vertex, const Request& request);

/// Times, rates and percentiles from the schedule.
void fill_times(Estimate& result);

/// Sums of the ledger.
void fill_energy(Estimate& result);

/// Books the leakage of tiles that are on for the makespan.
void book_leakage(const Mapping& mapping, Estimate& result);

/// What the estimate takes for granted.
std::vector<std::string> assumptions_of(const Mapping& mapping, const Request& request);

/// The schedule with the time of macros of every expert booked on the one that stands for its group.
Schedule with_all_experts(const Mapping& mapping, const Request& request, Schedule schedule);

/// Time that arrays work, mean over `arrays` of them, over the makespan.
double temporal_utilisation(const Mapping& mapping, const Schedule& schedule, Index arrays);

}  // namespace ohm
