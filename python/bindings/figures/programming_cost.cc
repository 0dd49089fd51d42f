// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/figures/programming_cost.h"

#include <cmath>

namespace ohm::python {

namespace {

/// A count that may be an expectation, without the dust of having been added up.
double tidy(double count) {
  constexpr double kMillionths = 1e6;
  return std::round(count * kMillionths) / kMillionths;
}

}  // namespace

pybind11::dict to_dict(const ProgrammingCost& cost) {
  pybind11::dict result;
  result["cells"] = cost.cells;
  result["pulses"] = tidy(cost.pulses);
  result["verify_reads"] = tidy(cost.verify_reads);
  result["cycles"] = tidy(cost.cycles);
  result["failed_cells"] = tidy(cost.failed_cells);
  result["latency_s"] = cost.seconds.si();
  result["energy_j"] = cost.joules.si();
  return result;
}

}  // namespace ohm::python
