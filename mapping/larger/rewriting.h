// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/programming.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/larger/weight_totals.h"

namespace ohm {

/// Writing all weights of a network once into chips that hold a part of them at a time.
struct Rewriting {
  double cells = 0.0;
  Seconds pulses, reading;  ///< of the cells, and of the weights from the DRAMs
  Joules writing, fetching;
  double cycles_per_update = 1.0;

  Seconds time() const { return pulses > reading ? pulses : reading; }
  Joules energy() const { return writing + fetching; }
};

/// Model: `chips` program side by side, each programming.parallel_cells at a time with the pulses
/// that overwriting takes (update_cost()), while `drams` deliver the weights.
Rewriting rewriting_of(const WeightTotals& weights, const ChipSpec& chip, Index chips, Index drams);

}  // namespace ohm
