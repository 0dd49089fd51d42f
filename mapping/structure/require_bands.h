// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/chip_spec.h"

namespace ohm {

/// ArgumentError, naming the key, where a chip asks for what only a mapping of all its tiles knows:
/// chips without weights, copies, packing, annealing, temperatures, tiles that wake on demand.
void require_bands(const ChipSpec& chip);

}  // namespace ohm
