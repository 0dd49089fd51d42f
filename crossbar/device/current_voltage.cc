// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/current_voltage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kMiloLow = 50e-6, kMiloHigh = 225e-6;  // S
constexpr double kMiloVolts = 0.5;

/// Coefficients of V² and V³ at conductance g; they are small differences of large terms.
struct MiloPolynomial {
  double a2, a3;

  explicit MiloPolynomial(double g) {
    const double l = std::log10(g);
    a2 = ((1.388e-4 * l + 1.541e-3) * l + 5.711e-3) * l + 7.063e-3;
    a3 = (8.8710e-5 * l + 6.7919e-4) * l + 1.2968e-3;
  }
};

CellCurrent milo_current(double g, double v) {
  if (!(g >= 0.0) || !(std::abs(v) <= kMiloVolts)) {
    throw ArgumentError(
        fmt::format("I-V of Milo et al. 2021: a cell of {} S at {} V found; expected at least 0 S "
                    "and at most {} V, the range of the fit",
                    g, v, kMiloVolts));
  }
  const double measured = std::clamp(g, kMiloLow, kMiloHigh), share = g / measured;
  const MiloPolynomial p(measured);
  return {Amperes(share * ((p.a3 * v + p.a2) * v + measured) * v),
          Siemens(share * ((3.0 * p.a3 * v + 2.0 * p.a2) * v + measured))};
}

}  // namespace

void IvSpec::visit(Visitor& v) {
  v.value(Field("model", "current against voltage").one_of({"ohmic", "sinh", "milo_2021"}), model);
  v.value(Field("v0", "voltage scale of sinh").between(1e-3, 1e3), v0);
}

CellCurrent cell_current(const IvSpec& iv, Siemens g, Volts v) {
  if (iv.model == "milo_2021") return milo_current(g.si(), v.si());
  if (iv.model == "ohmic") return {g * v, g};
  const double u = v / iv.v0;
  return {g * iv.v0 * std::sinh(u), g * std::cosh(u)};
}

Volts cell_voltage(const IvSpec& iv, Siemens g, Amperes current) {
  if (iv.model == "ohmic") return current / g;
  if (iv.model == "sinh") return iv.v0 * std::asinh(current / (g * iv.v0));
  double low = -kMiloVolts, high = kMiloVolts;  // the current rises with the voltage
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (milo_current(g.si(), middle).current < current ? low : high) = middle;
  }
  return Volts(0.5 * (low + high));
}

CubicTerms milo_terms(Siemens g) {
  const double measured = std::clamp(g.si(), kMiloLow, kMiloHigh), share = g.si() / measured;
  const MiloPolynomial p(measured);
  return {share * p.a2, share * p.a3};
}

Siemens apparent_conductance(const IvSpec& iv, Siemens g, Volts v) {
  if (v.si() == 0.0 || iv.model == "ohmic") return g;
  return cell_current(iv, g, v).current / v;
}

Siemens slope_conductance(const IvSpec& iv, Siemens apparent, Volts v) {
  if (v.si() == 0.0 || iv.model == "ohmic") return apparent;
  if (iv.model == "sinh") return apparent / (std::sinh(v / iv.v0) / (v / iv.v0));
  double low = kMiloLow, high = kMiloHigh;  // the current rises with g
  const auto apparent_at = [&](double g) { return apparent_conductance(iv, Siemens(g), v); };
  for (const double edge : {low, high}) {
    const bool beyond = edge == low ? apparent < apparent_at(edge) : apparent > apparent_at(edge);
    if (beyond) return Siemens(edge * (apparent / apparent_at(edge)));
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (apparent_at(middle) < apparent ? low : high) = middle;
  }
  return Siemens(0.5 * (low + high));
}

double nonlinearity(const IvSpec& iv, Siemens g, Volts v) {
  return cell_current(iv, g, v).current / (2.0 * cell_current(iv, g, v / 2.0).current);
}

std::optional<std::string> iv_violation(const IvSpec& iv, Siemens g_min, Siemens g_max) {
  if (iv.model != "milo_2021" || (g_min.si() >= kMiloLow && g_max.si() <= kMiloHigh)) {
    return std::nullopt;
  }
  return fmt::format(
      "milo_2021 is fitted to {} to {} and the cell has {} to {}; stay inside or take "
      "another model",
      format_quantity(kMiloLow, kSiemens), format_quantity(kMiloHigh, kSiemens),
      format_quantity(g_min.si(), kSiemens), format_quantity(g_max.si(), kSiemens));
}

}  // namespace ohm
