// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires.h"

namespace ohm {

double mean_wire_loss(const ArraySpec& array, const ArrayLoad& load) {
  const double m = static_cast<double>(load.rows), n = static_cast<double>(load.columns);
  const double along_column =
      (array.r_bitline.si() + (array.topology == "gated" ? array.r_sourceline.si() : 0.0)) * m * m / 3.0 +
      m * array.r_sense.si();
  double x = load.mean_conductance.si() * along_column;
  if (array.topology == "gated") {
    x *= load.activity;
  } else {
    x += load.mean_conductance.si() *
         (array.r_wordline.si() * n * n / 3.0 + n * array.r_driver.si());
  }
  return x / (1.0 + x);
}

}  // namespace ohm
