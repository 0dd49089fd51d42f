// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "crossbar/adc/adc_spec.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/technology.h"

namespace ohm {

/// Energy per conversion and area of the converters of adc.published at `bits` and `target`.
///
/// At a listed resolution: the figures themselves, the first one of several, all of them its range.
/// Between two: a straight line of ln(figure) over bits. Beyond the list: the nearest one times the
/// ratio of adc_sar() at both resolutions. Other nodes: an analog block, so it follows the node
/// exponents of the survey regression (energy 1.88, area 1.56), not those of logic. The area of an
/// entry that publishes none is that of adc_survey(). The source says which of these it was. Throws
/// ArgumentError for an empty list.
UnitCost adc_published(const AdcSpec& adc, Index bits, const Technology& target, Hertz rate);

}  // namespace ohm
