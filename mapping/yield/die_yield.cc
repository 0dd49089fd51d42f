// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/die_yield.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace ohm {
namespace {

void require_area(SquareMetres area) {
  if (area.si() > 0.0 && std::isfinite(area.si())) return;
  throw ArgumentError(
      fmt::format("yield: a die of {} m2; expected a positive, finite area", area.si()));
}

}  // namespace

double die_yield(const YieldSpec& spec, SquareMetres area) {
  require_area(area);
  const double x = spec.critical_area * area.si() * spec.defect_density.si();
  if (spec.kind == "poisson") return std::exp(-x);
  if (spec.kind == "murphy") return x > 0.0 ? std::pow(-std::expm1(-x) / x, 2) : 1.0;
  if (spec.kind == "seeds") return 1.0 / (1.0 + x);
  if (spec.kind == "negative_binomial") {
    return std::exp(-spec.clustering * std::log1p(x / spec.clustering));
  }
  throw ArgumentError(fmt::format(
      "yield: kind '{}' has no yield; expected poisson, murphy, seeds or negative_binomial",
      spec.kind));
}

Index dies_per_wafer(const YieldSpec& spec, SquareMetres area) {
  require_area(area);
  const double d = (spec.wafer - 2.0 * spec.edge).si();
  const double dies =
      std::numbers::pi * d * (d / (4.0 * area.si()) - 1.0 / std::sqrt(2.0 * area.si()));
  return static_cast<Index>(std::clamp(std::floor(dies), 0.0, 1e15));
}

double tested_quality(double die_yield, double fault_coverage) {
  const auto is_share = [](double p) { return p >= 0.0 && p <= 1.0; };
  if (!is_share(die_yield) || !is_share(fault_coverage)) {
    throw ArgumentError(
        fmt::format("yield: yield {} and fault coverage {}; expected shares from 0 "
                    "to 1",
                    die_yield, fault_coverage));
  }
  return std::pow(die_yield, 1.0 - fault_coverage);
}

}  // namespace ohm
