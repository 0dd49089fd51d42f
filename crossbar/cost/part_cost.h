// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/cost/component_cost.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/macro_spec.h"
#include "crossbar/part_spec.h"

namespace ohm {

/// Area of published parts by name, at `target` where they scale.
std::vector<ComponentCost> part_area(const std::vector<PartSpec>& parts, const Technology& target);

/// Power of published parts by name while their block works; ComponentCost::cost.energy is that of
/// one second. Energies per action are not in it.
std::vector<ComponentCost> part_power(const std::vector<PartSpec>& parts, const Technology& target);

/// Energy of a macro's own parts over the MVMs of one block: per action, and power × the time that
/// the macro is taken (macro_timing().interval per MVM).
std::vector<ComponentCost> part_energy(const MacroSpec& macro, const MvmBlock& block,
                                       const MvmActivity& activity);

}  // namespace ohm
