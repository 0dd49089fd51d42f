// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "core/config/writer.h"
#include "mapping/network/context.h"
#include "mapping/network/find_network.h"
#include "mapping/network/hf_config.h"
#include "mapping/network/parameter_count.h"
#include "mapping/network/rescale.h"
#include "python/bindings/arrays.h"
#include "python/bindings/config.h"
#include "python/bindings/json.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

using Loaded = std::shared_ptr<LoadedNetwork>;

Loaded from_name(const std::string& name, const Roots& roots) {
  return std::make_shared<LoadedNetwork>(find_network(name, roots));
}

Loaded from_folder(const std::filesystem::path& folder) {
  Network network = build_network(read_hf_config(folder));
  if (!is_executable(network.spec)) {  // its shape is all that is used: the weights stay on disk
    return std::make_shared<LoadedNetwork>(std::move(network));
  }
  auto weights = std::make_shared<const Weights>(bind_weights(network, Checkpoint::open(folder)));
  return std::make_shared<LoadedNetwork>(std::move(network), std::move(weights));
}

Loaded with_weights(const LoadedNetwork& from, Weights weights) {
  return std::make_shared<LoadedNetwork>(from.graph(),
                                         std::make_shared<const Weights>(std::move(weights)));
}

Loaded with_outliers(const LoadedNetwork& from, double factor, Index channels, std::uint32_t seed) {
  Weights weights = from.require_weights();
  inject_outliers(from.graph(), weights, {factor, channels, seed});
  return with_weights(from, std::move(weights));
}

Loaded rescaled(const LoadedNetwork& from, const std::vector<std::vector<float>>& maxima,
                double alpha) {
  Weights weights = from.require_weights();
  smooth(from.graph(), weights, maxima, alpha);
  return with_weights(from, std::move(weights));
}

py::list matmuls(const LoadedNetwork& from) {
  py::list result;
  for (const StaticMatmul& matmul : from.graph().matmuls) {
    py::dict row;
    row["name"] = matmul.name;
    row["layer"] = matmul.layer;
    row["part"] = matmul.part;
    row["rows"] = matmul.rows;
    row["columns"] = matmul.columns;
    result.append(row);
  }
  return result;
}

py::list aliases(const Roots& roots) {
  py::list result;
  for (const std::string& name : component_names("network", roots)) {
    const auto spec = load_spec<TransformerSpec>("network", name, {roots, {}});
    result.append(py::make_tuple(name, spec.aliases, spec.source, parameter_count(spec)));
  }
  return result;
}

}  // namespace

void register_network(py::module_& module) {
  using Released = py::call_guard<py::gil_scoped_release>;
  py::class_<LoadedNetwork, Loaded>(module, "NetworkGraph",
                                    "An operator graph, with its weights where there are any.")
      .def_static("from_name", &from_name, py::arg("name"), py::arg("roots"), Released(),
                  "A preset, an alias, a YAML file or a config.json: no weights.")
      .def_static("from_folder", &from_folder, py::arg("folder"), Released(),
                  "A Hugging Face folder with weights.")
      .def("with_outliers", &with_outliers, py::arg("factor"), py::arg("channels"), py::arg("seed"),
           Released(), "The same function with outlier channels behind every norm.")
      .def("rescaled", &rescaled, py::arg("maxima"), py::arg("alpha"), Released(),
           "The same function with channel ranges moved into the weights.")
      .def_property_readonly("name", [](const LoadedNetwork& n) { return n.spec().name; })
      .def_property_readonly("has_weights",
                             [](const LoadedNetwork& n) { return n.weights != nullptr; })
      .def_property_readonly("is_decoder",
                             [](const LoadedNetwork& n) { return n.spec().is_decoder(); })
      .def_property_readonly("parameters",
                             [](const LoadedNetwork& n) { return parameter_count(n.spec()); })
      .def_property_readonly(
          "adapter_parameters",
          [](const LoadedNetwork& n) { return adapter_parameter_count(n.spec()); })
      .def_property_readonly("macs_per_token",
                             [](const LoadedNetwork& n) { return macs_per_token(n.graph()); })
      .def_property_readonly("kv_values_per_token",
                             [](const LoadedNetwork& n) { return kv_values_per_token(n.spec()); })
      .def_property_readonly("most_positions",
                             [](const LoadedNetwork& n) { return most_positions(n.spec()); })
      .def(
          "require_context",
          [](const LoadedNetwork& n, Index context) { require_context(n.spec(), context); },
          py::arg("context"), "Raises unless a token may attend to so many positions.")
      .def_property_readonly("matmuls", &matmuls)
      .def("to_dict",
           [](const LoadedNetwork& n) {
             return to_python(resolved(n.spec(), ConfigWriter::Quantities::si));
           })
      .def("to_yaml", [](const LoadedNetwork& n) {
        return to_yaml(resolved(n.spec(), ConfigWriter::Quantities::text));
      });
  module.def("network_presets", &aliases, py::arg("roots"),
             "(name, aliases, source, parameters) of every preset.");
}

}  // namespace ohm::python
