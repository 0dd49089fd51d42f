// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/larger/estimate_larger.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/named_estimate.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

Fidelity fidelity_of(const std::string& name) {
  if (name == "automatic") return Fidelity::automatic;
  if (name == "structure") return Fidelity::structure;
  if (name == "shape") return Fidelity::shape;
  throw ArgumentError(
      fmt::format("fidelity: {}; expected automatic, structure, shape or events", name));
}

}  // namespace

void register_structure(py::module_& module) {
  module.def(
      "estimate_structure",
      [](const LoadedNetwork& network, const ChipSpec& chip, std::optional<Index> prompt,
         std::optional<Index> generate, Index batch, std::vector<InputStatistics> activity,
         double expert_imbalance, const std::string& fidelity) {
        const Workload workload{prompt, generate, batch, std::move(activity), expert_imbalance};
        return std::make_shared<NamedEstimate>(NamedEstimate{
            nullptr,
            ohm::estimate_larger(network.network.spec, chip, workload, fidelity_of(fidelity))});
      },
      py::arg("network"), py::arg("chip"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      py::arg("activity"), py::arg("expert_imbalance"), py::arg("fidelity"),
      py::call_guard<py::gil_scoped_release>(),
      "A workload on as many chips as the network needs, or as chip.larger says; identical layers "
      "are solved once.");
}

}  // namespace ohm::python
