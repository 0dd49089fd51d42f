// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_published.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/cost/adc_sar.h"
#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

template <Dimension D>
void widen(Quantity<D>& low, Quantity<D>& high, Quantity<D> figure) {
  low = std::min(low, figure);
  high = std::max(high, figure);
}

std::string described(const PublishedConverter& entry, Metres node, Hertz rate) {
  std::string text = entry.source;
  if (std::abs(entry.node / node - 1.0) > 1e-9) {
    text += fmt::format(" (analog: {:.4g} nm -> {:.4g} nm with the survey's node exponents)",
                        entry.node.si() * 1e9, node.si() * 1e9);
  }
  if (rate > entry.rate * 1.001) {
    text += fmt::format(" (published at {}, used at {})", format_quantity(entry.rate.si(), kHertz),
                        format_quantity(rate.si(), kHertz));
  }
  return text;
}

UnitCost at_node(const PublishedConverter& entry, Metres node, Hertz rate) {
  UnitCost cost;
  cost.energy = adc_survey_energy_scale(entry.node, node) * entry.energy;
  cost.area = adc_survey_area_scale(entry.node, node) * entry.area;
  cost.source = described(entry, node, rate);
  if (entry.area.si() == 0.0) {
    const Hertz published = std::min(entry.rate, Hertz(1e10));
    cost.area = adc_survey(entry.bits, node, published).area;
    cost.source += " (area not published: the survey's)";
  }
  cost.energy_low = cost.energy_high = cost.energy;
  cost.area_low = cost.area_high = cost.area;
  return cost;
}

/// Every entry of one resolution: the first is the figure, all are its range.
UnitCost listed(const std::vector<PublishedConverter>& list, Index bits, Metres node, Hertz rate) {
  UnitCost cost;
  for (const PublishedConverter& entry : list) {
    if (entry.bits != bits) continue;
    const UnitCost figure = at_node(entry, node, rate);
    if (cost.source.empty()) {
      cost = figure;
      continue;
    }
    widen(cost.energy_low, cost.energy_high, figure.energy);
    widen(cost.area_low, cost.area_high, figure.area);
    cost.source += "; " + figure.source;
  }
  return cost;
}

template <Dimension D>
Quantity<D> along(Quantity<D> from, Quantity<D> to, double share) {
  return Quantity<D>(from.si() * std::pow(to / from, share));
}

UnitCost between(const UnitCost& few, const UnitCost& many, double share) {
  return {along(few.energy, many.energy, share),
          along(few.energy_low, many.energy_low, share),
          along(few.energy_high, many.energy_high, share),
          along(few.area, many.area, share),
          along(few.area_low, many.area_low, share),
          along(few.area_high, many.area_high, share),
          few.source + "; " + many.source};
}

}  // namespace

UnitCost adc_published(const AdcSpec& adc, Index bits, const Technology& target, Hertz rate) {
  if (adc.published.empty()) {
    throw ArgumentError("adc.published: no converter; expected at least one for cost published");
  }
  const auto fewer = [](const PublishedConverter& a, const PublishedConverter& b) {
    return a.bits < b.bits;
  };
  const auto [fewest, most] =
      std::minmax_element(adc.published.begin(), adc.published.end(), fewer);
  Index below = fewest->bits, above = most->bits;
  for (const PublishedConverter& entry : adc.published) {
    if (entry.bits <= bits) below = std::max(below, entry.bits);
    if (entry.bits >= bits) above = std::min(above, entry.bits);
  }
  if (bits < fewest->bits) above = below;
  if (bits > most->bits) below = above;
  UnitCost cost = listed(adc.published, below, target.node, rate);
  if (below != above) {
    const double share = static_cast<double>(bits - below) / static_cast<double>(above - below);
    cost = between(cost, listed(adc.published, above, target.node, rate), share);
    cost.source += fmt::format("; {} bits between {} and {}, log-linear", bits, below, above);
  } else if (below != bits) {
    cost = adc_resized(cost, below, bits, adc.kind, target);
  }
  return cost;
}

}  // namespace ohm
