// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "crossbar/cost/unit_cost.h"

namespace ohm {

inline constexpr Index kSurveyFewestBits = 4, kSurveyMostBits = 20;
inline constexpr Hertz kSurveyFastest{1e10};

/// Energy per conversion and area of a converter of `bits` (effective) at `node` and `rate`: a
/// regression over published converters.
///
/// Ref: Andrulis et al., arXiv 2404.06553, coefficients of the Accelergy ADC plug-in, fitted to
/// Murmann's ADC Performance Survey 1997-2023. Valid: 4 to 20 bits, up to 1e10 conversions per
/// second, 7 to 180 nm. Departure: below 4 bits, where the source refuses, the figure of 4 bits
/// times the ratio of adc_sar() stands, and the source text says so. Throws ArgumentError elsewhere
/// outside.
UnitCost adc_survey(Index bits, Metres node, Hertz rate);

/// How the regression scales with the node alone, for converters published at another node.
double adc_survey_energy_scale(Metres from, Metres to);
double adc_survey_area_scale(Metres from, Metres to);

}  // namespace ohm
