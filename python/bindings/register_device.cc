// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "core/config/writer.h"
#include "core/error.h"
#include "crossbar/device/realise.h"
#include "crossbar/device/write_verify.h"
#include "python/bindings/arrays.h"
#include "python/bindings/config.h"
#include "python/bindings/figures/programming_cost.h"
#include "python/bindings/json.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

using Quantities = ConfigWriter::Quantities;
using Cells = Array<double>;

std::span<const double> values_of(const Cells& cells) {
  return {cells.data(), static_cast<size_t>(cells.size())};
}

Shape shape_of(const Cells& cells) {
  return Shape(cells.shape(), cells.shape() + cells.ndim());
}

/// Refuses conductances outside the range that the kind of the cell was fitted to.
void check_fitted(const DeviceSpec& cell, const Cells& cells, const char* name) {
  const auto values = values_of(cells);
  if (values.empty()) return;
  const auto [low, high] = std::ranges::minmax(values);
  const auto violation = target_violation(cell, Siemens(low), Siemens(high));
  if (violation) throw ArgumentError(fmt::format("{}: {}", name, violation->message));
}

/// One number per cell, in the shape of `cells`.
template <class Function>
py::array_t<double> each(const Cells& cells, const Function& function) {
  std::vector<double> result(static_cast<size_t>(cells.size()));
  const auto values = values_of(cells);
  {
    const py::gil_scoped_release released;
    std::transform(values.begin(), values.end(), result.begin(), function);
  }
  return to_array(std::move(result), shape_of(cells));
}

py::tuple program_cells(const DeviceSpec& cell, const Cells& targets, std::uint32_t seed,
                        std::uint32_t chip) {
  check_fitted(cell, targets, "targets");
  const auto values = values_of(targets);
  std::vector<double> g(values.begin(), values.end());
  ProgrammingCost cost;
  {
    const py::gil_scoped_release released;
    cost = realise(cell, {seed, chip, {}}, std::vector<char>(g.size(), 1), g);
  }
  return py::make_tuple(to_array(std::move(g), shape_of(targets)), to_dict(cost));
}

py::dict verify_cells(const DeviceSpec& cell, const Cells& targets, std::uint32_t seed,
                      std::uint32_t chip) {
  check_fitted(cell, targets, "targets");
  const Shape shape = shape_of(targets);
  const auto values = values_of(targets);
  WriteVerifyResult cells;
  {
    const py::gil_scoped_release released;
    cells = write_verify_rounds(cell, {seed, chip, {}}, values).result;
  }
  py::dict result;
  result["g"] = to_array(std::move(cells.g), shape);
  result["pulses"] = to_array(std::move(cells.pulses), shape);
  result["reversals"] = to_array(std::move(cells.reversals), shape);
  result["failed"] =
      to_array(std::vector<std::uint8_t>(cells.failed.begin(), cells.failed.end()), shape);
  result["cost"] = to_dict(cells.cost);
  return result;
}

/// The same cell after another time; refused where its kind was not measured.
std::shared_ptr<DeviceSpec> aged(const DeviceSpec& cell, double age) {
  auto older = std::make_shared<DeviceSpec>(cell);
  older->age = Seconds(age);
  const auto violation = older->model->violation(*older);
  if (violation) throw ArgumentError(fmt::format("{}: {}", violation->key, violation->message));
  const auto kept = retention_violation(older->retention, older->equivalent_age());
  if (kept) throw ArgumentError("age: " + *kept);
  return older;
}

}  // namespace

void register_device(py::module_& module) {
  py::class_<DeviceSpec, std::shared_ptr<DeviceSpec>>(module, "DeviceSpec",
                                                      "One memory cell as its file describes it.")
      .def_static(
          "load",
          [](const std::string& from, const Roots& roots, const Overrides& overrides) {
            return std::make_shared<DeviceSpec>(
                load_spec<DeviceSpec>("device", from, options(roots, overrides)));
          },
          py::arg("name"), py::arg("roots"), py::arg("overrides"),
          "Read, composed and checked; overrides are (dotted key, YAML text, origin), strongest "
          "first.")
      .def_property_readonly("name", [](const DeviceSpec& cell) { return cell.name; })
      .def(
          "to_dict",
          [](const DeviceSpec& cell) { return to_python(resolved(cell, Quantities::si)); },
          "Every field with its value; quantities are SI numbers.")
      .def(
          "to_yaml",
          [](const DeviceSpec& cell) { return to_yaml(resolved(cell, Quantities::text)); },
          "The resolved configuration, which reads back to the same.")
      .def("aged", &aged, py::arg("age"), "The same cell, so many seconds after programming.")
      .def("program", &program_cells, py::arg("targets"), py::arg("seed"), py::arg("chip"),
           "Conductances, S, of cells programmed to targets, and what that cost.")
      .def("write_verify", &verify_cells, py::arg("targets"), py::arg("seed"), py::arg("chip"),
           "Cells brought to their targets pulse by pulse.")
      .def(
          "sigma",
          [](const DeviceSpec& cell, const Cells& g) {
            check_fitted(cell, g, "g");
            return each(g, [&cell](double x) { return cell.sigma(Siemens(x)).si(); });
          },
          py::arg("g"), "Standard deviation, S, of the programming error.")
      .def(
          "read_sigma",
          [](const DeviceSpec& cell, const Cells& g, double v_read, double t_read) {
            const ReadNoise noise(cell, Volts(v_read), Seconds(t_read));
            return each(g, [&noise](double x) { return noise.sigma(Siemens(x)).si(); });
          },
          py::arg("g"), py::arg("v_read"), py::arg("t_read"), "Standard deviation, S, of one read.")
      .def(
          "current",
          [](const DeviceSpec& cell, const Cells& g, double v) {
            return each(g, [&cell, v](double x) {
              return cell_current(cell.iv, Siemens(x), Volts(v)).current.si();
            });
          },
          py::arg("g"), py::arg("v"), "Current, A, at v.");
}

}  // namespace ohm::python
