// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/endurance.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

double normal_below(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

/// The x below which a share of a normal distribution lies: bisection, its error below 1e-14.
double normal_quantile(double share) {
  double low = -40.0, high = 40.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (normal_below(middle) < share ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

void EnduranceSpec::visit(Visitor& v) {
  v.value(Field("median", "SET/RESET cycles that half of the cells survive").positive(), median);
  v.value(Field("sigma_ln", "standard deviation of ln(cycles) over cells").between(0, 10),
          sigma_ln);
}

double failed_share(const EnduranceSpec& spec, double cycles) {
  if (!(cycles > 0.0)) return 0.0;
  if (spec.sigma_ln == 0.0) return cycles >= spec.median ? 1.0 : 0.0;
  return normal_below(std::log(cycles / spec.median) / spec.sigma_ln);
}

double cycles_until(const EnduranceSpec& spec, double share) {
  if (!(share > 0.0 && share < 1.0)) {
    throw ArgumentError(
        fmt::format("endurance: a failed share of {}; expected one between 0 and 1", share));
  }
  return spec.median * std::exp(spec.sigma_ln * normal_quantile(share));
}

Seconds lifetime(const EnduranceSpec& spec, double cycles_per_update, Hertz rate) {
  if (!(cycles_per_update > 0.0) || !(rate.si() > 0.0)) {
    throw ArgumentError(
        fmt::format("endurance: {} cycles per update at {} Hz; expected both above zero",
                    cycles_per_update, rate.si()));
  }
  return Seconds(spec.median / (cycles_per_update * rate.si()));
}

void cycles_to_failure(const EnduranceSpec& spec, const CellDraws& draws,
                       std::span<double> cycles) {
  std::vector<float> normal(cycles.size());
  draws.normals(Purpose::wear, normal);
  for (size_t j = 0; j < cycles.size(); ++j) {
    cycles[j] = spec.median * std::exp(spec.sigma_ln * static_cast<double>(normal[j]));
  }
}

}  // namespace ohm
