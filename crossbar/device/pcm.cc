// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/pcm.h"

#include <algorithm>
#include <cmath>

#include "crossbar/device/table.h"

namespace ohm {

double StateCurve::at(double x) const {
  if (form == "none") return 0.0;
  if (split > 0.0 && x >= split) {
    double sum = 0.0;
    for (auto c = polynomial.rbegin(); c != polynomial.rend(); ++c) sum = sum * x + *c;
    return sum;
  }
  // a cell at zero lies at the end that the curve rises or falls to
  const double state = std::max(x, 1e-12);
  const double value =
      form == "log" ? slope * std::log(state) + offset : slope * std::pow(state, exponent);
  return std::clamp(value, low, high);
}

void StateCurve::visit(Visitor& v) {
  v.value(Field("form", "below split").must().one_of({"none", "log", "power"}), form);
  v.value(Field("slope", "factor of ln x, or of x^exponent"), slope);
  v.value(Field("offset", "added to slope · ln x"), offset);
  v.value(Field("exponent", "of form power").between(-10, 10), exponent);
  v.value(Field("low", "smallest value below split"), low);
  v.value(Field("high", "largest value below split"), high);
  v.value(Field("split", "x from which on the polynomial holds; 0: nowhere").at_least(0), split);
  v.value(Field("polynomial", "in x, from split on, constant first"), polynomial);
  v.rule(high >= low, "high", "below low; expected at least that");
}

void PcmDevice::visit(Visitor& v) {
  v.value(Field("fitted_max", "highest conductance of the fit").must().positive(), fitted_max);
  v.value(Field("last_age", "longest time after t0 that the model is used for").at_least(0),
          last_age);
  v.value(Field("t0", "between programming and the reference read").positive(), t0);
  v.value(Field("unit", "conductance that a sigma of 1 stands for").positive(), unit);
  v.value(Field("reference", "conductance that G is divided by").must().positive(), reference);
  v.value(Field("coefficients", "of sigma, a polynomial in G / reference, constant first").must(),
          coefficients);
  v.nested(Field("drift_mean", "mean drift exponent"), drift_mean);
  v.nested(Field("drift_sigma", "its standard deviation over cells"), drift_sigma);
  v.nested(Field("flicker", "1/f noise: sigma / G per square root of an e-fold"), noise);
}

Siemens PcmDevice::programming_sigma(Siemens g, const DeviceSpec&) const {
  const SigmaCurve curve{t0, unit, reference, coefficients};
  return Siemens(curve.at(g.si()));
}

std::optional<DeviceViolation> PcmDevice::violation(const DeviceSpec& cell) const {
  if (const auto range = range_violation(cell, Siemens(0.0), fitted_max)) return range;
  return age_violation(cell, Seconds(0.0), last_age);
}

Spread PcmDevice::drift(Siemens target, const DeviceSpec&) const {
  const double x = target / reference;
  return {drift_mean.at(x), drift_sigma.at(x)};
}

double PcmDevice::drifted(double g, const Spread& drift, double normal,
                          const DeviceSpec& cell) const {
  const double nu = std::abs(drift.centre + drift.width * normal);
  return g * std::pow((cell.equivalent_age() + t0) / t0, -nu);
}

Siemens PcmDevice::flicker_noise(Siemens g, const DeviceSpec&) const {
  return noise.at(g / reference) * g;
}

std::unique_ptr<Device> PcmDevice::clone() const {
  return std::make_unique<PcmDevice>(*this);
}

}  // namespace ohm
