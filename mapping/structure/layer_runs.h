// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Layers of one pattern that follow each other, and those of them that a reduced network keeps.
struct LayerRun {
  Index first = 0, layers = 0;
  Index kept_first = 0, kept = 0;  ///< numbers in the reduced network
  Index period = 1;  ///< layers so far apart are alike: they stand alike on their chips

  /// How often the last `period` kept layers are repeated.
  Index repeats() const { return (layers - kept) / period; }
};

/// A network with few layers of each kind, and what they stand for.
///
/// The last kept layers of a run, one period of them, stand for all that are left out.
struct Reduction {
  TransformerSpec spec;
  std::vector<LayerRun> runs;
  bool one_memory = true;  ///< all layers share one DRAM; else each period has its own chips'

  const LayerRun& run_of(Index kept_layer) const;
  /// Layers of the whole network that a kept layer stands for, itself included; 1 for -1.
  Index stands_for(Index kept_layer) const;
  /// Their numbers; {-1} for -1.
  std::vector<int> layers_of(Index kept_layer) const;
};

/// `most` periods of layers of each run less all but one layer of the first, and so many more that
/// those left out are whole periods. A run is layers of one kind (dense ones, ones with experts)
/// whose windows repeat one pattern, of at most 16 layers; where windows follow none, each change
/// begins a new run. `periods` by kind: after how many layers one stands alike on its chips, 1
/// where there are none; a run's period is the least common multiple of that and its pattern. Two
/// stacks stay whole, since the second one's layers all read the first. ArgumentError for less than
/// two.
Reduction keep_layers(const TransformerSpec& spec, Index most,
                      const std::vector<Index>& periods = {});

}  // namespace ohm
