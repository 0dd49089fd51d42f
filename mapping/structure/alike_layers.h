// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/chip_spec.h"
#include "mapping/network/network.h"
#include "mapping/structure/layer_runs.h"

namespace ohm {

/// Layers that are solved once must be alike on the chip: no rule of map.matrices may treat a layer
/// that is left out otherwise than the one that stands for it. ArgumentError names the matrix;
/// ConfigError a rule that matches none.
void require_alike_layers(const Network& reduced, const Reduction& reduction, const ChipSpec& chip);

/// Whether rules of map.matrices treat all layers alike that a kept one stands for.
bool are_alike_layers(const Network& reduced, const Reduction& reduction, const ChipSpec& chip);

}  // namespace ohm
