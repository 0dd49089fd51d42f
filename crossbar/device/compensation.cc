// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/compensation.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

void check(std::span<const double> before, std::span<const double> now) {
  if (before.size() != now.size()) {
    throw ArgumentError(
        fmt::format("drift compensation: {} currents at t0 and {} now; expected "
                    "one of each per column",
                    before.size(), now.size()));
  }
  for (const auto currents : {before, now}) {
    for (const double current : currents) {
      if (std::isfinite(current)) continue;
      throw ArgumentError(
          fmt::format("drift compensation: a current of {}; expected finite numbers", current));
    }
  }
}

double ratio(double before, double now) {
  return now == 0.0 ? 1.0 : before / now;
}

}  // namespace

void CompensationSpec::visit(Visitor& v) {
  v.value(Field("kind", "factors against the mean drift").one_of({"none", "global", "column"}),
          kind);
  v.value(Field("period", "between two measurements of the factors").positive(), period);
  v.value(Field("probes", "probe inputs per measurement; 0: one per wordline").between(0, 1e9),
          probes);
}

double global_factor(std::span<const double> before, std::span<const double> now) {
  check(before, now);
  double sum_before = 0.0, sum_now = 0.0;
  for (const double current : before) sum_before += std::abs(current);
  for (const double current : now) sum_now += std::abs(current);
  return ratio(sum_before, sum_now);
}

std::vector<double> column_factors(std::span<const double> before, std::span<const double> now) {
  check(before, now);
  std::vector<double> factors(now.size());
  for (size_t j = 0; j < now.size(); ++j) factors[j] = ratio(before[j], now[j]);
  return factors;
}

CompensationCost compensation_cost(const CompensationSpec& spec, Index n_wordlines,
                                   Index n_bitlines) {
  if (spec.kind == "none") return {};
  return {spec.probes > 0 ? spec.probes : n_wordlines, n_bitlines};
}

}  // namespace ohm
