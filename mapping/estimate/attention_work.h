// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/chip/map_network.h"
#include "mapping/estimate/phases.h"

namespace ohm {

/// What an operator of attention works on in a phase, over all sequences.
struct AttentionWork {
  std::int64_t quantised = 0;    ///< elements that become integers
  std::int64_t macs = 0;         ///< products of two activations
  std::int64_t softmax = 0;      ///< scores
  std::int64_t accumulated = 0;  ///< elements of the parts of a head that several tiles share
  std::int64_t buffer = 0;       ///< bytes written and read
  std::int64_t dram = 0;  ///< bytes of keys and values that go to a memory or come from there
  std::int64_t dram_written = 0;  ///< those that go there
};

/// The work of attention_scores, softmax or attention_values; with an attention engine what is left
/// beside it (see engine_energy()).
///
/// Keys and values that do not fit into the buffers are in DRAM once, whatever copies the tiles
/// hold; a second stack's keys and values of the source are stored by the pass of the first, see
/// source_key_work().
AttentionWork attention_work(const Mapping& mapping, Index vertex, const Request& request,
                             const Phase& phase);

/// What storing the keys and values of all source tokens takes that the matrix `cross_kv` makes, in
/// the pass of the first stack; with an attention engine without writing them (see
/// kv_write_energy()).
AttentionWork source_key_work(const Mapping& mapping, Index cross_kv, const Request& request);

}  // namespace ohm
