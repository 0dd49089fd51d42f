// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "crossbar/cost/adc_isaac.h"
#include "crossbar/cost/adc_survey.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

UnitCost with_range(UnitCost figure, const std::optional<UnitCost>& other) {
  if (!other) {
    figure.source += "; no second model covers this resolution and rate";
    return figure;
  }
  figure.energy_low = std::min(figure.energy, other->energy);
  figure.energy_high = std::max(figure.energy, other->energy);
  figure.area_low = std::min(figure.area, other->area);
  figure.area_high = std::max(figure.area, other->area);
  figure.source += "; range: " + other->source;
  return figure;
}

}  // namespace

UnitCost adc_cost(const AdcSpec& adc, Index bits, Metres node) {
  const Index costed = adc.kind == "ideal" ? std::min(bits, kSurveyMostBits) : bits;
  const std::optional<UnitCost> isaac = adc_isaac(costed, node, adc.rate);
  if (adc.cost == "survey") return with_range(adc_survey(costed, node, adc.rate), isaac);
  if (adc.cost != "isaac") {
    throw ArgumentError(fmt::format("adc.cost: '{}'; expected one of: survey, isaac", adc.cost));
  }
  if (!isaac) {
    throw ArgumentError(
        fmt::format("adc.cost: isaac covers 1 to 10 bits and up to 1.28 GHz, not {} "
                    "bits at {}; use cost: survey",
                    costed, format_quantity(adc.rate.si(), kHertz)));
  }
  return with_range(*isaac, adc_survey(costed, node, adc.rate));
}

UnitCost adc_cost(const MacroSpec& macro) {
  return adc_cost(macro.adc, effective_adc_bits(macro), macro.periphery.node);
}

}  // namespace ohm
