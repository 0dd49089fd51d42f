// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/mean_loss.h"

namespace ohm {

double mean_wire_loss(const ArraySpec& array, const ArrayLoad& load) {
  const double n = static_cast<double>(load.columns);
  const double line = static_cast<double>(array.n_wordlines), g = load.mean_conductance.si();
  double x = 0.0;
  if (array.topology == "gated") {
    const double m = static_cast<double>(load.rows);
    const double segments = m * (line - m) / 2.0 + m * m / 3.0;
    const double wires = array.r_bitline.si() + array.r_sourceline.si();
    x = load.activity * g * (wires * segments + m * array.r_sense.si());
  } else {
    const double m = static_cast<double>(load.programmed);
    x = g * (array.r_wordline.si() * n * n / 3.0 + n * array.r_driver.si() +
             array.r_bitline.si() * m * m / 3.0 + m * array.r_sense.si());
  }
  return 1.0 - 1.0 / (1.0 + x);
}

}  // namespace ohm
