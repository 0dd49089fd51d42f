// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc_spec.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/macro_spec.h"
#include "crossbar/technology.h"

namespace ohm {

/// Cost of one converter of `bits` at `target` and conversion_rate(): adc.cost chooses the model
/// that gives the figure; every other model that applies widens the range, and the source lists
/// what each of them says.
///
/// Models: adc_survey(), adc_isaac(), adc_sar(), and adc_published() where adc.published has
/// entries. An ideal converter has no published cost: beyond 20 bits it is costed as one of 20
/// bits. Throws ArgumentError where the chosen model does not apply.
UnitCost adc_cost(const AdcSpec& adc, Index bits, const Technology& target);

/// The same for the converter of a macro: effective_adc_bits() at the node of its periphery.
UnitCost adc_cost(const MacroSpec& macro);

}  // namespace ohm
