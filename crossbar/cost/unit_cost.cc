// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/unit_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

template <Dimension D>
void widen(Quantity<D>& middle, Quantity<D>& low, Quantity<D>& high, Quantity<D> figure) {
  if (figure.si() == 0.0) return;
  const bool first = middle.si() == 0.0;
  if (first) middle = figure;
  low = first ? figure : std::min(low, figure);
  high = first ? figure : std::max(high, figure);
}

/// 22 nm read from a file and 22e-9 differ in the last bit.
bool is_same(double ratio) {
  return std::abs(ratio - 1.0) < 1e-9;
}

std::string scaled_source(const PublishedFigure& figure, const Technology& target) {
  if (is_same(figure.node / target.node) && is_same(figure.vdd / target.vdd)) return figure.source;
  return fmt::format(
      "{} (scaled {:.4g} nm {:.2f} V -> {:.4g} nm {:.2f} V, Stillmaker and Baas 2017)",
      figure.source, figure.node.si() * 1e9, figure.vdd.si(), target.node.si() * 1e9,
      target.vdd.si());
}

}  // namespace

UnitCost scaled_cost(const std::vector<PublishedFigure>& figures, const Technology& target) {
  UnitCost cost;
  for (const PublishedFigure& figure : figures) {
    const Technology from{figure.node, figure.vdd, Process::high_performance};
    widen(cost.energy, cost.energy_low, cost.energy_high,
          energy_scale(from, target) * figure.energy);
    widen(cost.area, cost.area_low, cost.area_high,
          area_scale(figure.node, target.node) * figure.area);
    cost.source += (cost.source.empty() ? "" : "; ") + scaled_source(figure, target);
  }
  return cost;
}

UnitCost scaled_by(const UnitCost& cost, double factor) {
  return {factor * cost.energy, factor * cost.energy_low, factor * cost.energy_high,
          factor * cost.area,   factor * cost.area_low,   factor * cost.area_high,
          cost.source};
}

Cost energy_cost(std::int64_t count, const UnitCost& each) {
  const auto n = static_cast<double>(count);
  Cost cost;
  cost.count = count;
  cost.energy = n * each.energy;
  cost.energy_low = n * each.energy_low;
  cost.energy_high = n * each.energy_high;
  cost.source = each.source;
  return cost;
}

Cost area_cost(double count, const UnitCost& each) {
  Cost cost;
  cost.count = std::llround(std::ceil(count));
  cost.area = count * each.area;
  cost.area_low = count * each.area_low;
  cost.area_high = count * each.area_high;
  cost.source = each.source;
  return cost;
}

}  // namespace ohm
