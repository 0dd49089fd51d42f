// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/units.h"
#include "mapping/chip/chip_spec.h"

namespace ohm {

/// Static power of one tile by its state, and what it takes to switch it on again.
struct TilePower {
  Watts on;     ///< everything powered
  Watts gated;  ///< in use, but gated while it waits: headers, memories, router
  Watts off;    ///< a tile without weights
  Seconds wake_time;
  Joules wake_energy;  ///< stated, and C·V² of the switched rail
  Seconds break_even;  ///< the gap in which gating saves what the wake-up takes; may be infinite
};

/// break_even = wake_energy / (on − gated) + wake_time: the tile is powered while it wakes (Hu et
/// al., ISLPED 2004, with the time that the wake-up itself takes).
/// `attention` is the static power of the tile's attention engine, which holds keys and values.
TilePower tile_power(const ChipSpec& spec, Watts attention = {});

}  // namespace ohm
