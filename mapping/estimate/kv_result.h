// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/attention/kv_place.h"
#include "mapping/attention/kv_place_spec.h"
#include "mapping/estimate/estimate.h"

namespace ohm {

/// Chooses where keys and values lie, for the request and for the reader.
void fill_kv_place(const ChipSpec& chip, Estimate& result, const KvNeed& fullest);

/// How long the cells last that keys and values are written into, once the makespan is known; left
/// out where writing wears nothing out. `per_token`: bytes that a token writes into the memory that
/// is written most.
///
/// Model: a cell is rewritten tokens_per_s / positions times per second, where all positions take
/// turns, in the layer where that is most often: with two stacks a request writes the source into
/// layers of the first, the source and the answer into those of the second. With levelling none,
/// every request writes its first positions again, in the arrays that its batch shares. Back to
/// back, a request follows the other after the makespan. Throws ArgumentError where gain cells that
/// are not refreshed forget before they are read last.
void fill_kv_lifetime(const Mapping& mapping, double per_token, Estimate& result);

/// Whether cells keep keys and values until they are read last; gain cells that are not refreshed
/// may forget them.
bool keeps_long_enough(const AttentionSpec& attention, const Estimate& result);

/// The same where `crowded` times as many keys and values share cells, whose positions take turns
/// with levelling: ring, and the request takes otherwise long, than when they were found: requests
/// that follow each other come as much later.
void restate_kv_lifetime(const KvPlaceSpec& spec, double crowded, Seconds makespan_then,
                         Estimate& result);

}  // namespace ohm
