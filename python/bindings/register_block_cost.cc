// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <optional>

#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/cost/mvm_energy.h"
#include "crossbar/geometry.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

py::dict block_cost(const MacroSpec& macro, const MvmBlock& block,
                    const InputStatistics& statistics) {
  const MvmActivity activity = expected_activity(macro, block, statistics);
  py::dict energy;
  for (const ComponentCost& part : mvm_energy(macro, block, activity)) {
    energy[py::str(part.component)] = part.cost.energy.si();
  }
  py::dict cost;
  cost["conversions"] = activity.conversions;
  cost["energy_j"] = energy;
  return cost;
}

py::dict macro_shape(const MacroSpec& macro) {
  const MacroTiming timing = macro_timing(macro);
  py::dict shape;
  shape["rows"] = inputs_per_array(macro);
  shape["columns"] = weight_columns(macro);
  shape["slices"] = std::ssize(macro.weight.slice_bits);
  shape["conversions_per_sum"] = conversions_per_sum(macro.input, macro.input.speculation.recovery);
  shape["steps"] = timing.n_input_steps;
  shape["interval_s"] = timing.interval.si();
  shape["area_m2"] = macro_area_total(macro).area.si();
  return shape;
}

}  // namespace

void register_block_cost(py::module_& module) {
  module.def(
      "block_cost",
      [](const MacroSpec& macro, std::array<Index, 3> block, double bit_density, double cell_level,
         std::optional<double> drive_share, std::optional<double> recovery) {
        InputStatistics seen = assumed_statistics(macro);
        seen.bit_density = bit_density;
        seen.cell_level = cell_level;
        seen.drive_share = drive_share;
        if (recovery) seen.recovery = recovery;
        return block_cost(macro, {block[0], block[1], block[2]}, seen);
      },
      py::arg("macro"), py::arg("block"), py::arg("bit_density"), py::arg("cell_level"),
      py::arg("drive_share"), py::arg("recovery"),
      "Conversions and energy by component, J, of (rows, columns, mvms) on a part of an array; "
      "expected values for the share of ones among input bits, the mean level of the cells, the "
      "mean "
      "V² t over that of a full-scale input and the share of conversions that speculation leaves.");
  module.def("macro_shape", &macro_shape, py::arg("macro"),
             "What one array holds, and how long it takes with every row and column in use.");
}

}  // namespace ohm::python
