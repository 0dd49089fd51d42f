// SPDX-License-Identifier: Apache-2.0
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/shape/sweep_shape.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

using Axes = std::vector<std::pair<std::string, std::vector<FieldValue>>>;

ShapeSweep swept(const LoadedNetwork& network, const ChipSpec& chip, const Workload& workload,
                 const Axes& given) {
  const py::gil_scoped_release release;
  std::vector<SweepAxis> axes;
  for (const auto& [key, values] : given) axes.push_back({key, values});
  ShapeModel model(network.graph());
  return ohm::sweep_shape(model, chip, workload, axes);
}

py::tuple sweep_of(const LoadedNetwork& network, const ChipSpec& chip, const Workload& workload,
                   const Axes& axes) {
  const ShapeSweep sweep = swept(network, chip, workload, axes);
  py::dict columns;
  for (const auto& [name, column] : sweep.columns) {
    columns[name.c_str()] = py::array_t<double>(std::ssize(column), column.data());
  }
  return py::make_tuple(columns, sweep.problems);
}

}  // namespace

void register_shape(py::module_& module) {
  module.def(
      "sweep_shape",
      [](const LoadedNetwork& network, const ChipSpec& chip, std::optional<Index> prompt,
         std::optional<Index> generate, Index batch, const Axes& axes) {
        return sweep_of(network, chip, Workload{prompt, generate, batch, {}}, axes);
      },
      py::arg("network"), py::arg("chip"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      py::arg("axes"), "Figures of every combination of the axes' values, and points without any.");
}

}  // namespace ohm::python
