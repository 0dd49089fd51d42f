// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mapping/attention/engine_share.h"
#include "mapping/estimate/phases.h"

namespace ohm {

/// Positions that tiles multiply with, by how many: of all tokens, sequences and heads of a phase.
///
/// A token that sees S positions, dealt out in turn to `tiles`, meets ceil(S / tiles) of them in S
/// mod tiles of the tiles and floor(S / tiles) in the others.
std::map<Index, std::int64_t> dealt_positions(const Request& request, const Phase& phase,
                                              Index tiles);

/// Energy of attention_scores or attention_values of a phase on the chip's engine, over all
/// sequences: products, partial sums of arrays ("accumulate"), and with the scores the keys and
/// values written; those of a source are written by the pass that makes them.
std::vector<ComponentCost> engine_energy(const Mapping& mapping, Index vertex,
                                         const Request& request, const Phase& phase);

/// Energy of writing keys and values of `tokens` into the arrays of a layer.
std::vector<ComponentCost> kv_write_energy(const Mapping& mapping, int layer, std::int64_t tokens);

}  // namespace ohm
