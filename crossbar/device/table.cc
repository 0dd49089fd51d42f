// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace ohm {

double SigmaCurve::at(double g) const {
  double sum = 0.0;
  for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) {
    sum = sum * (g / reference.si()) + *c;
  }
  return std::max(0.0, sum * unit.si());
}

void SigmaCurve::visit(Visitor& v) {
  v.value(Field("time", "time after programming at which it was measured").must().positive(), time);
  v.value(Field("unit", "conductance that a value of 1 stands for").must().positive(), unit);
  v.value(Field("reference", "conductance that G is divided by").must().positive(), reference);
  v.value(Field("coefficients", "of the polynomial in G / reference, constant first").must(),
          coefficients);
}

void TableDevice::visit(Visitor& v) {
  v.value(Field("fitted_min", "lowest conductance of the fit").at_least(0), fitted_min);
  v.value(Field("fitted_max", "highest conductance of the fit").must().positive(), fitted_max);
  v.nested_list(Field("curves", "sigma(G) at each measured time, in the order of time").must(),
                curves);
  v.rule(!curves.empty(), "curves", "empty; expected at least one measured time");
  const auto misplaced = std::adjacent_find(
      curves.begin(), curves.end(), [](const auto& p, const auto& q) { return p.time >= q.time; });
  v.rule(misplaced == curves.end(), "curves", "times are not increasing; sort the curves by time");
}

Siemens TableDevice::programming_sigma(Siemens g, const DeviceSpec& cell) const {
  const Seconds age = cell.equivalent_age();
  const auto later = std::find_if(curves.begin(), curves.end(),
                                  [age](const SigmaCurve& c) { return c.time >= age; });
  if (later == curves.end()) {
    throw ArgumentError(
        fmt::format("device '{}': no measurement at an age of {} s or later", cell.name, age.si()));
  }
  if (later == curves.begin()) return Siemens(later->at(g.si()));
  const SigmaCurve& earlier = *std::prev(later);
  const double share = std::log(age / earlier.time) / std::log(later->time / earlier.time);
  return Siemens((1.0 - share) * earlier.at(g.si()) + share * later->at(g.si()));
}

std::optional<DeviceViolation> TableDevice::violation(const DeviceSpec& cell) const {
  if (const auto range = range_violation(cell, fitted_min, fitted_max)) return range;
  if (curves.empty()) return age_violation(cell, Seconds(0.0), Seconds(0.0));
  return age_violation(cell, curves.front().time, curves.back().time);
}

std::unique_ptr<Device> TableDevice::clone() const {
  return std::make_unique<TableDevice>(*this);
}

}  // namespace ohm
