// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/temperature.h"

#include <cmath>

namespace ohm {

void TemperatureSpec::visit(Visitor& v) {
  v.value(Field("operating", "temperature of the cells").between(1, 1000), operating);
  v.value(Field("reference", "at which the other numbers of the cell hold").between(1, 1000),
          reference);
  v.value(Field("activation_energy", "of ageing (Arrhenius)").between(0, 10 * kElementaryCharge),
          activation_energy);
  v.value(
      Field("coefficient", "mean relative change of the conductance per kelvin").between(-0.1, 0.1),
      coefficient);
  v.value(Field("coefficient_sigma", "its standard deviation over cells").between(0, 0.1),
          coefficient_sigma);
}

double acceleration(const TemperatureSpec& spec) {
  const double inverse = 1.0 / spec.reference.si() - 1.0 / spec.operating.si();
  return std::exp(spec.activation_energy.si() / kBoltzmann * inverse);
}

Seconds equivalent_age(const TemperatureSpec& spec, Seconds age) {
  return spec.operating == spec.reference ? age : acceleration(spec) * age;
}

double thermal_gain(const TemperatureSpec& spec, double normal) {
  const double slope = spec.coefficient + spec.coefficient_sigma * normal;
  return 1.0 + slope * (spec.operating - spec.reference).si();
}

}  // namespace ohm
