// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/cost/component_cost.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// Energy of a published array over all steps of the MVMs, for the share of its cells that the
/// block uses.
Cost array_energy(const MacroSpec& macro, const MvmBlock& block, const UnitCost& whole_per_step);

/// A digital engine: cells, the memory of weights, read once per MVM, and mac per
/// multiply-accumulate.
std::vector<ComponentCost> multiplier_energy(const MacroSpec& macro, const MvmBlock& block);

/// Area of its multipliers.
ComponentCost multiplier_area(const MacroSpec& macro);

}  // namespace ohm
