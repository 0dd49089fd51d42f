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

/// Keys and values in DRAM at the end, over all chips, and all bytes in the fullest memory.
struct Spilled {
  std::int64_t total = 0;
  double fullest = 0.0;    ///< with the weights that are not in crossbars and share it
  double keys = 0.0;       ///< without them
  double per_token = 0.0;  ///< what a token (of either stack) writes into the memory that is
                           ///< written most, on average
};

/// Those of a whole request.
Spilled kv_in_dram(const Mapping& mapping, const Request& request);

/// Tokens whose keys and values the memories hold beside the weights that are not in crossbars,
/// over all sequences; those in buffers come on top. The fullest memory decides. Layers that slide
/// count as if no window had closed: on the safe side for sequences that are longer. With an
/// attention engine those that its arrays hold.
Index kv_capacity(const Mapping& mapping);

/// ArgumentError where weights, and keys and values beyond the tiles, exceed their memory beside a
/// chip.
void require_memory(const Mapping& mapping, const Spilled& spilled, const Request& request);

/// What the macro assumes where the workload measured nothing.
Workload with_activity(Workload workload, const MacroSpec& macro);

/// The same where matrices are in several kinds of macros: one entry for each.
Workload with_activity(Workload workload, const Mapping& mapping);

/// Bytes of keys and values in the DRAM at the end, of the layer of one operator, over all
/// sequences; 0 unless it computes scores in this pass.
std::int64_t kv_in_dram(const Mapping& mapping, Index vertex, const Request& request);

/// What one token of one sequence writes of them, the mean over those that its layer holds; with
/// two stacks over the tokens of both, since layers of the first store the source, and those of the
/// second both.
double kv_per_token(const Mapping& mapping, Index vertex, const Request& request);

/// What gating did over the schedule.
void fill_gating(const Mapping& mapping, Estimate& result);

/// Times, rates and percentiles from the schedule.
void fill_times(Estimate& result);

/// Sums of the ledger.
void fill_energy(Estimate& result);

/// Books what does not depend on single operators: leakage, background power of memory and links,
/// published parts, area. `worked` says how long arrays were busy, see with_all_experts().
void book_static(const Mapping& mapping, const Schedule& worked, Estimate& result);

/// What static power takes: powered and gated tiles; wake-ups are not leakage.
Joules leakage_of(const Ledger& ledger);

/// The schedule with the time of macros of every expert booked on the one that stands for its
/// group.
Schedule with_all_experts(const Mapping& mapping, const Request& request, Schedule schedule);

/// Time that arrays work, mean over `arrays` of them, over the makespan.
double temporal_utilisation(const Mapping& mapping, const Schedule& schedule, Index arrays);

}  // namespace ohm
