// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/structure/bands.h"

namespace ohm::testing {

/// The grid as of a network of many more layers, which stand in few ways.
inline BandGrid grid_of_deep(const Network& network, const ChipSpec& chip) {
  std::vector<BandRun> runs = runs_of(network.spec, bands_of(network, chip));
  for (BandRun& run : runs) run.layers *= run.once ? 1 : 10000;
  return band_grid(chip, runs);
}

}  // namespace ohm::testing
