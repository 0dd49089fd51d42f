// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ledger.h"
#include "mapping/chip/map_network.h"
#include "mapping/schedule/schedule.h"

namespace ohm {

/// When a schedule of this plan switches tiles off: never, unless the chip gates idle tiles.
GatingRule gating_rule(const Mapping& mapping, const TokenPlan& plan);

/// Picoseconds that arrays work: Σ over copies of matrices of busy time × arrays.
double array_picoseconds(const Mapping& mapping, const Schedule& schedule);

/// Books static power over the makespan under the phase "static": "leakage" of tiles that are
/// powered, "leakage_gated" of those that are not, and "wake_up".
///
/// Unused tiles are off unless nothing is gated; tiles in use are gated as the schedule says.
void book_leakage(const Mapping& mapping, const Schedule& schedule, Ledger& ledger);

/// What the chips draw while nothing is asked of them: tiles in use (gated where idle tiles are),
/// the background power of the memories, links between chips, published parts of the chips.
Watts idle_power(const Mapping& mapping);

/// Books "dram_background" over the makespan where the memory states its power.
void book_background(const Mapping& mapping, const Schedule& schedule, Ledger& ledger);

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
