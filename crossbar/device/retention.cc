// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

/// Share of the way from `first` to `last` in ln t.
double share_of(Seconds first, Seconds last, Seconds t) {
  return std::log(t / first) / std::log(last / first);
}

/// Before the first measured time cells still are what they were programmed to.
RetentionPoint point_at(const std::vector<RetentionPoint>& points, Seconds age) {
  const auto later = std::find_if(points.begin(), points.end(),
                                  [&](const RetentionPoint& p) { return p.time >= age; });
  if (later == points.end()) return points.back();
  if (later->time == age) return *later;
  if (later == points.begin()) {
    const double share = std::log1p(age.si()) / std::log1p(later->time.si());
    return {age, 1.0 + share * (later->factor - 1.0), share * later->sigma};
  }
  const RetentionPoint& earlier = *std::prev(later);
  const double share = share_of(earlier.time, later->time, age);
  return {age, earlier.factor + share * (later->factor - earlier.factor),
          earlier.sigma + share * (later->sigma - earlier.sigma)};
}

}  // namespace

void RetentionPoint::visit(Visitor& v) {
  v.value(Field("time", "time after programming").must().positive(), time);
  v.value(Field("factor", "mean of G / programmed G").must().between(0, 100), factor);
  v.value(Field("sigma", "its standard deviation over cells").between(0, 100), sigma);
}

void RetentionSpec::visit(Visitor& v) {
  v.value(Field("model", "how cells drift").one_of({"none", "power_law", "log_time", "table"}),
          model);
  v.value(Field("t0", "time constant of power_law and log_time").positive(), t0);
  v.value(Field("exponent", "mean drift exponent of power_law").between(-10, 10), exponent);
  v.value(Field("exponent_sigma", "its standard deviation over cells").between(0, 10),
          exponent_sigma);
  v.value(Field("slope", "mean change per e-fold of time, log_time").between(-1, 1), slope);
  v.value(Field("slope_sigma", "its standard deviation over cells").between(0, 1), slope_sigma);
  v.nested_list(Field("points", "measured times of table, in their order"), points);
  v.rule(model != "table" || !points.empty(), "points",
         "empty; expected at least one measured time for model table");
  const auto misplaced = std::adjacent_find(
      points.begin(), points.end(), [](const auto& p, const auto& q) { return p.time >= q.time; });
  v.rule(misplaced == points.end(), "points", "times are not increasing; sort the points by time");
}

double retained(const RetentionSpec& spec, double g, Seconds age, double normal) {
  if (spec.model == "none" || age.si() == 0.0) return g;
  if (spec.model == "power_law") {
    const double nu = std::abs(spec.exponent + spec.exponent_sigma * normal);
    return g * std::pow((age + spec.t0) / spec.t0, -nu);
  }
  if (spec.model == "log_time") {
    const double slope = spec.slope.si() + spec.slope_sigma.si() * normal;
    return g + slope * std::log1p(age / spec.t0);
  }
  const RetentionPoint point = point_at(spec.points, age);
  return g * (point.factor + point.sigma * normal);
}

std::optional<std::string> retention_violation(const RetentionSpec& spec, Seconds age) {
  if (spec.model != "table" || spec.points.empty() || age <= spec.points.back().time) {
    return std::nullopt;
  }
  return fmt::format("{} lies beyond the last measured time of retention, {}; stay inside",
                     format_quantity(age.si(), kSecond),
                     format_quantity(spec.points.back().time.si(), kSecond));
}

}  // namespace ohm
