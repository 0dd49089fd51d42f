// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Layers of one kind that follow each other, and those of them that a reduced network keeps.
struct LayerRun {
  Index first = 0, layers = 0;
  Index kept_first = 0, kept = 0;  ///< numbers in the reduced network
};

/// A network with few layers of each kind, and what they stand for.
///
/// The last kept layer of a run stands for all that are left out.
struct Reduction {
  TransformerSpec spec;
  std::vector<LayerRun> runs;
  bool one_memory = true;  ///< all layers share one DRAM; else each has its own chips'

  const LayerRun& run_of(Index kept_layer) const;
  /// Layers of the whole network that a kept layer stands for, itself included; 1 for -1.
  Index stands_for(Index kept_layer) const;
  /// Their numbers; {-1} for -1.
  std::vector<int> layers_of(Index kept_layer) const;
};

/// At most `most` layers of each kind: dense ones, ones with experts. Two stacks stay whole, since
/// the second one's layers all read the first. ArgumentError for less than two.
Reduction keep_layers(const TransformerSpec& spec, Index most);

}  // namespace ohm
