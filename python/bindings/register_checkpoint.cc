// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <memory>
#include <string>

#include "core/safetensors.h"
#include "python/bindings/arrays.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

py::array_t<float> read_float(const Safetensors& file, const std::string& name) {
  Tensor tensor;
  {
    const py::gil_scoped_release released;
    tensor = file.read_float(name);
  }
  const Shape shape = tensor.shape;
  return to_array(std::move(tensor.values), shape);
}

py::array_t<std::int64_t> read_integers(const Safetensors& file, const std::string& name) {
  std::vector<std::int64_t> values;
  {
    const py::gil_scoped_release released;
    values = file.read_integers(name);
  }
  return to_array(std::move(values), file.at(name).shape);
}

}  // namespace

void register_checkpoint(py::module_& module) {
  py::class_<Safetensors, std::shared_ptr<Safetensors>>(
      module, "Safetensors", "A safetensors file, checked in full when opened and memory-mapped.")
      .def_static(
          "open",
          [](const std::filesystem::path& path) {
            return std::make_shared<Safetensors>(Safetensors::open(path));
          },
          py::arg("path"), "ConfigError if the file is missing, damaged or hostile.")
      .def_property_readonly("names",
                             [](const Safetensors& file) {
                               std::vector<std::string> names;
                               for (const auto& entry : file.entries()) names.push_back(entry.name);
                               return names;
                             })
      .def(
          "shape",
          [](const Safetensors& file, const std::string& name) { return file.at(name).shape; },
          py::arg("name"), "Extents of a tensor.")
      .def(
          "__contains__",
          [](const Safetensors& file, const std::string& name) { return file.contains(name); },
          py::arg("name"))
      .def("read_float", &read_float, py::arg("name"), "A tensor of numbers, rounded to fp32.")
      .def("read_integers", &read_integers, py::arg("name"),
           "A tensor of integers, exactly, as int64.");
}

}  // namespace ohm::python
