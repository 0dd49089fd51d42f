// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/sampling_noise.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace ohm {

Volts sampling_noise(Farads capacitance, Kelvins temperature) {
  constexpr double kBoltzmann = 1.380649e-23;  // J/K, exact in the SI of 2019
  if (!(capacitance.si() > 0.0 && temperature.si() > 0.0)) {
    throw ArgumentError(fmt::format("sampling noise: {} F at {} K; expected positive values",
                                    capacitance.si(), temperature.si()));
  }
  return Volts(std::sqrt(kBoltzmann * temperature.si() / capacitance.si()));
}

double sampling_snr_db(Farads capacitance, Kelvins temperature, Volts full_scale) {
  const double ratio = full_scale / sampling_noise(capacitance, temperature);
  return 10.0 * std::log10(ratio * ratio / 8.0);
}

}  // namespace ohm
