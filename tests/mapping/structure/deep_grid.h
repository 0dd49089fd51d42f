// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "mapping/structure/bands.h"

namespace ohm::testing {

/// The grid as of a network of many more layers, which stand in few ways.
inline BandGrid grid_of_deep(const Network& network, const ChipSpec& chip) {
  std::vector<BandRun> runs = runs_of(network.spec, bands_of(network, chip));
  for (BandRun& run : runs) run.layers *= run.once ? 1 : 10000;
  return band_grid(chip, runs);
}

/// A network of so many layers, all of them on their bands and the few that stand for them.
struct Laid {
  Reduction reduction;
  BandMapping few, all;
};

inline Laid laid(TransformerSpec spec, Index layers, const ChipSpec& chip) {
  spec.n_layers = layers;
  const Network whole = build_network(spec);
  const BandGrid grid = grid_of_deep(whole, chip);
  Reduction reduction = keep_layers(spec, 3, periods_of(whole, chip, grid));
  BandMapping few = map_in_bands(build_network(reduction.spec), chip, grid);
  return {std::move(reduction), std::move(few), map_in_bands(whole, chip, grid)};
}

}  // namespace ohm::testing
