// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/mean_loss.h"

#include <algorithm>

namespace ohm {

double mean_wire_loss(const ArraySpec& array, const ArrayLoad& load) {
  const double n = static_cast<double>(load.columns);
  const auto line = static_cast<double>(std::max(array.n_wordlines, load.programmed));
  const double g = load.mean_conductance.si();
  double x = 0.0;
  if (array.topology == "gated") {
    const double m = static_cast<double>(load.rows);
    const double segments = m * (line - m) / 2.0 + m * m / 3.0;
    const double wires = array.r_bitline.si() + array.r_sourceline.si();
    x = load.activity * g * (wires * segments + m * array.r_sense.si());
  } else {
    const double m = static_cast<double>(load.programmed);
    const double row = array.r_wordline.si() * n * n / 3.0 + n * array.r_driver.si();
    const double segments = m * (line - m) + m * m / 3.0;
    x = g * (row / static_cast<double>(load.phases) + array.r_bitline.si() * segments +
             m * array.r_sense.si());
  }
  return 1.0 - 1.0 / (1.0 + x);
}

}  // namespace ohm
