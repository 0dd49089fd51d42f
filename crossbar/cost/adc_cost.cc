// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "crossbar/cost/adc_isaac.h"
#include "crossbar/cost/adc_published.h"
#include "crossbar/cost/adc_sar.h"
#include "crossbar/cost/adc_survey.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

struct Converter {
  const AdcSpec& adc;
  Index bits;
  const Technology& target;
  Hertz rate;
};

constexpr const char* kModels[] = {"survey", "isaac", "sar", "published"};

/// What one model says; nothing where it does not apply.
std::optional<UnitCost> figure_of(const std::string& model, const Converter& c) {
  if (model == "survey") {
    if (c.bits > kSurveyMostBits || c.rate > kSurveyFastest) return std::nullopt;
    return adc_survey(c.bits, c.target.node, c.rate);
  }
  if (model == "isaac") return adc_isaac(c.bits, c.target.node, c.rate);
  if (model == "sar" && !technology_problem(c.target).empty()) return std::nullopt;
  if (model == "sar") return adc_sar(c.adc.kind, c.bits, c.target, c.rate);
  if (c.adc.published.empty()) return std::nullopt;
  return adc_published(c.adc, c.bits, c.target, c.rate);
}

/// The figure of adc.cost, or why there is none.
UnitCost chosen_figure(const Converter& c) {
  if (c.adc.cost == "survey") return adc_survey(c.bits, c.target.node, c.rate);
  if (c.adc.cost == "published") return adc_published(c.adc, c.bits, c.target, c.rate);
  if (c.adc.cost == "sar") return adc_sar(c.adc.kind, c.bits, c.target, c.rate);
  if (std::find(std::begin(kModels), std::end(kModels), c.adc.cost) == std::end(kModels)) {
    throw ArgumentError(
        fmt::format("adc.cost: '{}'; expected one of: {}", c.adc.cost, fmt::join(kModels, ", ")));
  }
  const std::optional<UnitCost> figure = figure_of(c.adc.cost, c);
  if (figure) return *figure;
  throw ArgumentError(
      fmt::format("adc.cost: isaac covers 1 to 10 bits and up to 1.28 GHz, not {} bits at {}; use "
                  "cost: survey",
                  c.bits, format_quantity(c.rate.si(), kHertz)));
}

std::string with_figures(const UnitCost& cost) {
  return fmt::format("{}: {:.4g} pJ, {:.4g} um2", cost.source, cost.energy.si() * 1e12,
                     cost.area.si() * 1e12);
}

}  // namespace

UnitCost adc_cost(const AdcSpec& adc, Index bits, const Technology& target) {
  const Index costed = adc.kind == "ideal" ? std::min(bits, kSurveyMostBits) : bits;
  const Converter converter{adc, costed, target, conversion_rate(adc, costed)};
  UnitCost cost = chosen_figure(converter);
  cost.source = with_figures(cost) + "; range:";
  for (const char* model : kModels) {
    if (model == adc.cost) continue;
    const std::optional<UnitCost> other = figure_of(model, converter);
    if (!other) continue;
    cost.energy_low = std::min(cost.energy_low, other->energy_low);
    cost.energy_high = std::max(cost.energy_high, other->energy_high);
    cost.area_low = std::min(cost.area_low, other->area_low);
    cost.area_high = std::max(cost.area_high, other->area_high);
    cost.source += (cost.source.ends_with(':') ? " " : "; ") + with_figures(*other);
  }
  return cost;
}

UnitCost adc_cost(const MacroSpec& macro) {
  return adc_cost(macro.adc, effective_adc_bits(macro), macro.periphery.technology());
}

}  // namespace ohm
