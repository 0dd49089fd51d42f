// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/structure/layer_runs.h"

namespace ohm {

/// ConfigError for a rule of map.matrices that matches no matrix of a network, or of a reduced one
/// and the layers that it stands for.
void require_matches(const Network& network, const ChipSpec& chip,
                     const Reduction* reduction = nullptr);

/// Layers that are solved once must be alike on the chip: no rule of map.matrices may treat a layer
/// that is left out otherwise than the one that stands for it, or than its neighbours that are left
/// out. ArgumentError names the matrix; ConfigError a rule that matches none.
void require_alike_layers(const Network& reduced, const Reduction& reduction, const ChipSpec& chip);

/// Whether rules of map.matrices treat every kept layer and those that must be like it alike.
bool are_alike_layers(const Network& reduced, const Reduction& reduction, const ChipSpec& chip);

/// With dram_at layers have different ways to their memory: ArgumentError where any that stand for
/// others read or write it.
void require_alike_memory(const Mapping& mapping, const TokenPlan& plan,
                          const Reduction& reduction);

}  // namespace ohm
