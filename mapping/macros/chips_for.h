// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/chip_spec.h"

namespace ohm {

/// Chips with weights that so many tiles of each kind of macro take.
///
/// A chip has as many tiles of a kind as it is made with (MacroKindSpec::tiles); its own kind and
/// those that are auto share the others. None left for them while they need some: as many chips as
/// nobody has, kMostSystemTiles.
Index chips_for(const ChipSpec& spec, const std::vector<Index>& tiles);

}  // namespace ohm
