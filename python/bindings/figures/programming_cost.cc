// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/figures/programming_cost.h"

namespace ohm::python {

pybind11::dict to_dict(const ProgrammingCost& cost) {
  pybind11::dict result;
  result["cells"] = cost.cells;
  result["pulses"] = cost.pulses;
  result["verify_reads"] = cost.verify_reads;
  result["cycles"] = cost.cycles;
  result["failed_cells"] = cost.failed_cells;
  result["latency_s"] = cost.seconds.si();
  result["energy_j"] = cost.joules.si();
  return result;
}

}  // namespace ohm::python
