// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "mapping/chip/chip_spec.h"
#include "mapping/network/attention_shape.h"
#include "mapping/shape/attention_spread.h"
#include "mapping/shape/phase_work.h"
#include "mapping/shape/shape_network.h"

namespace ohm {

/// What the attention of a layer takes by the positions that tokens attend to.
struct AttentionTimes {
  Picoseconds last_of_prompt = 0;  ///< scores, softmax and values of the prompt's last token
  Picoseconds generated = 0;       ///< Σ of the same over generated tokens
  PhaseWork units, lanes, dram;    ///< of one tile's; of the memory
};

/// Times of the attentions of a layer, one after the other.
struct LayerAttention {
  AttentionTimes times;
  Index count = 0;
};

/// Access to the memory, see fetch_of().
struct DramTime {
  Picoseconds busy = 0, start_up = 0;
};

/// Of one chip exactly; of several DRAMs that `tiles` of their chips share, at least.
DramTime dram_time(const ChipSpec& chip, std::int64_t bytes, Index pieces, Index drams);

/// Finds them once for layers that are spread alike.
class AttentionClock {
 public:
  AttentionClock(const TransformerSpec& network, const ChipSpec& chip, const Request& request,
                 Index n_drams);

  const AttentionTimes& of(const AttentionSpread& spread);
  /// All that work in the pass, of a layer that is spread so.
  LayerAttention of(const LayerKind& kind, const AttentionSpread& layer);
  /// Of the memory, for what buffers do not keep of a source's keys and values.
  PhaseWork source_spill(const AttentionSpread& spread) const;

 private:
  struct Known {
    AttentionSpread spread;
    AttentionTimes times;
  };

  AttentionTimes find(const AttentionSpread& spread) const;
  Growth products(const AttentionSpread& spread, Index size) const;
  Growth softmax(const AttentionSpread& spread) const;
  Growth spill(const AttentionSpread& spread) const;
  void add_memory(const AttentionSpread& spread, AttentionTimes& times) const;
  PhaseWork sums(const Growth& growth) const;
  void wait(const Growth& growth, AttentionTimes& times) const;

  const TransformerSpec& network_;
  const ChipSpec& chip_;
  const Request& request_;
  const AttentionShape shape_;
  const Index n_drams_;
  std::deque<Known> known_;
};

}  // namespace ohm
