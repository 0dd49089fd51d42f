// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "crossbar/device/current_voltage.h"
#include "crossbar/wires/conductance_cache.h"
#include "crossbar/wires/driven_solver.h"
#include "crossbar/wires/elimination.h"
#include "crossbar/wires/gated_ladder.h"
#include "crossbar/wires/gated_row_line.h"
#include "crossbar/wires/mean_loss.h"
#include "crossbar/wires/nonlinear.h"
#include "crossbar/wires/power.h"
#include "crossbar/wires/spice_deck.h"
#include "python/bindings/arrays.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

using Numbers = Array<double>;
using Bits = Array<std::uint8_t>;

template <class T>
Matrix<T> matrix_of(const Array<T>& array, const char* name) {
  if (array.ndim() != 2) {
    throw ArgumentError(
        fmt::format("{}: {} axes found; expected 2 (rows, columns)", name, array.ndim()));
  }
  Matrix<T> matrix(array.shape(0), array.shape(1));
  std::copy_n(array.data(), array.size(), matrix.values.begin());
  return matrix;
}

/// What `solve` returns, found without the GIL.
template <class Solve>
py::array_t<double> released(const Solve& solve) {
  Matrix<double> found;
  {
    const py::gil_scoped_release unlocked;
    found = solve();
  }
  return to_array(std::move(found.values), {found.rows, found.cols});
}

py::array_t<double> effective(const Numbers& g, const WireResistances& wires, double tolerance,
                              const std::optional<std::filesystem::path>& cache) {
  const Matrix<double> cells = matrix_of(g, "g");
  return released([&] {
    check_network(cells, wires);
    check_tolerance(tolerance);  // elimination holds every one
    if (cache) return cached_effective_conductance(*cache, cells, wires);
    return effective_conductance(cells, wires);
  });
}

/// `v0` > 0: cells obey I = G v0 sinh(V / v0).
py::array_t<double> driven(const Numbers& g, const Numbers& v, const WireResistances& wires,
                           double tolerance, double v0) {
  const Matrix<double> cells = matrix_of(g, "g"), volts = matrix_of(v, "v");
  return released([&] {
    check_network(cells, wires);
    if (v0 != 0.0) return nonlinear_currents(cells, wires, volts, SinhCell(v0), tolerance);
    return driven_currents(cells, wires, volts, tolerance);
  });
}

py::dict operating_point(const Numbers& g, const std::vector<double>& v,
                         const WireResistances& wires, double tolerance) {
  const Matrix<double> cells = matrix_of(g, "g");
  DrivenOperatingPoint found;
  {
    const py::gil_scoped_release unlocked;
    check_network(cells, wires);
    check_tolerance(tolerance);
    found = driven_operating_point(cells, wires, v);
  }
  const DrivenPower& power = found.power;
  py::dict result;
  result["currents_a"] = to_array(std::move(found.currents), {cells.cols});
  result["driver_currents_a"] = to_array(std::move(found.driver_currents), {cells.rows});
  result["power_w"] = power.supplied;
  result["cells_w"] = power.cells;
  result["wordlines_w"] = power.wordline_wires;
  result["bitlines_w"] = power.bitline_wires;
  result["drivers_w"] = power.drivers;
  result["senses_w"] = power.senses;
  return result;
}

py::array_t<double> gated(const Numbers& g, const Bits& x, double v_read, const GatedWires& wires) {
  const Matrix<double> cells = matrix_of(g, "g");
  const Matrix<std::uint8_t> inputs = matrix_of(x, "x");
  return released([&] { return gated_currents(cells, inputs, v_read, wires, 0); });
}

py::array_t<double> row_line(const Numbers& g, const Bits& x, double v_read,
                             const RowLineWires& wires, double tolerance) {
  const Matrix<double> cells = matrix_of(g, "g");
  const Matrix<std::uint8_t> inputs = matrix_of(x, "x");
  return released([&] { return gated_row_line_currents(cells, inputs, v_read, wires, tolerance); });
}

/// Mean loss of an array that is full of cells of this mean conductance.
double loss(const Numbers& g, const std::string& topology, const WireResistances& wires,
            double r_sourceline, double activity) {
  const Matrix<double> cells = matrix_of(g, "g");
  check_network(cells, wires);
  check_resistance(r_sourceline, "r_sourceline");
  ArraySpec array;
  array.n_wordlines = cells.rows;
  array.n_bitlines = cells.cols;
  array.topology = topology;
  array.r_wordline = Ohms(wires.r_wordline);
  array.r_bitline = Ohms(wires.r_bitline);
  array.r_sourceline = Ohms(r_sourceline);
  array.r_driver = Ohms(wires.r_driver);
  array.r_sense = Ohms(wires.r_sense);
  double sum = 0.0;
  for (const double cell : cells.values) sum += cell;
  return mean_wire_loss(array,
                        {.rows = cells.rows,
                         .programmed = cells.rows,
                         .columns = cells.cols,
                         .mean_conductance = Siemens(sum / static_cast<double>(cells.size())),
                         .activity = activity});
}

SourceFeed feed_of(const std::string& name) {
  if (name == "near") return SourceFeed::near;
  if (name == "far") return SourceFeed::far;
  if (name == "both") return SourceFeed::both;
  throw ArgumentError(fmt::format("feed: '{}' found; expected near, far or both", name));
}

void register_wires(py::module_& module) {
  py::class_<WireResistances>(module, "WireResistances", "Wires of a driven array, Ohm.")
      .def(py::init<double, double, double, double, bool, bool>(), py::arg("r_wordline"),
           py::arg("r_bitline"), py::arg("r_driver"), py::arg("r_sense"),
           py::arg("drive_both_ends"), py::arg("sense_both_ends"));
  py::class_<GatedWires>(module, "GatedWires",
                         "Wires of a gated array with source lines along its bitlines, Ohm.")
      .def(py::init([](double r_bitline, double r_sense, double r_sourceline, double r_driver,
                       const std::string& feed) {
             return GatedWires{r_bitline, r_sense, r_sourceline, r_driver, feed_of(feed)};
           }),
           py::arg("r_bitline"), py::arg("r_sense"), py::arg("r_sourceline"), py::arg("r_driver"),
           py::arg("feed"));
  py::class_<RowLineWires>(module, "RowLineWires",
                           "Wires of a gated array with source lines along its wordlines, Ohm.")
      .def(py::init<double, double, double, double>(), py::arg("r_bitline"), py::arg("r_sense"),
           py::arg("r_sourceline"), py::arg("r_driver"));
}

/// Coefficients of V² and V³ of Milo's cells.
std::pair<Matrix<double>, Matrix<double>> milo_matrices(const Matrix<double>& g) {
  check_conductances(g);
  std::pair terms{g, g};
  for (size_t k = 0; k < g.values.size(); ++k) {
    const CubicTerms cell = g.values[k] > 0.0 ? milo_terms(Siemens(g.values[k])) : CubicTerms{};
    terms.first.values[k] = cell.square;
    terms.second.values[k] = cell.cube;
  }
  return terms;
}

void register_decks(py::module_& module) {
  module.def(
      "driven_deck",
      [](const Numbers& g, const WireResistances& wires, const std::vector<double>& v, double v0) {
        return driven_deck(matrix_of(g, "g"), wires, v, {.v0 = v0});
      },
      py::arg("g"), py::arg("wires"), py::arg("v"), py::arg("v0"), "An ngspice deck.");
  module.def(
      "driven_milo_deck",
      [](const Numbers& g, const WireResistances& wires, const std::vector<double>& v) {
        const Matrix<double> cells = matrix_of(g, "g");
        const auto [a2, a3] = milo_matrices(cells);
        return driven_deck(cells, wires, v, {.v0 = 0.0, .a2 = a2, .a3 = a3});
      },
      py::arg("g"), py::arg("wires"), py::arg("v"), "The same of cells as Milo et al. 2021.");
  module.def(
      "gated_deck",
      [](const Numbers& g, const GatedWires& wires, const std::vector<std::uint8_t>& x,
         double v_read,
         double v0) { return gated_deck(matrix_of(g, "g"), wires, x, v_read, {.v0 = v0}); },
      py::arg("g"), py::arg("wires"), py::arg("x"), py::arg("v_read"), py::arg("v0"),
      "An ngspice deck.");
  module.def(
      "gated_row_line_deck",
      [](const Numbers& g, const RowLineWires& wires, const std::vector<std::uint8_t>& x,
         double v_read, double v0) {
        return gated_row_line_deck(matrix_of(g, "g"), wires, x, v_read, {.v0 = v0});
      },
      py::arg("g"), py::arg("wires"), py::arg("x"), py::arg("v_read"), py::arg("v0"),
      "An ngspice deck.");
}

}  // namespace

void register_ir_drop(py::module_& module) {
  register_wires(module);
  module.def("effective_conductance", &effective, py::arg("g"), py::arg("wires"),
             py::arg("tolerance"), py::arg("cache"),
             "Conductances that a driven array shows from outside, S.");
  module.def("driven_currents", &driven, py::arg("g"), py::arg("v"), py::arg("wires"),
             py::arg("tolerance"), py::arg("v0"), "Bitline currents of a driven array, A.");
  module.def("driven_operating_point", &operating_point, py::arg("g"), py::arg("v"),
             py::arg("wires"), py::arg("tolerance"), "Currents, A, and powers, W, of one input.");
  module.def("gated_currents", &gated, py::arg("g"), py::arg("x"), py::arg("v_read"),
             py::arg("wires"), "Bitline currents of gated cells, A.");
  module.def("gated_row_line_currents", &row_line, py::arg("g"), py::arg("x"), py::arg("v_read"),
             py::arg("wires"), py::arg("tolerance"),
             "Bitline currents of gated cells whose rows share a source line, A.");
  module.def("mean_wire_loss", &loss, py::arg("g"), py::arg("topology"), py::arg("wires"),
             py::arg("r_sourceline"), py::arg("activity"),
             "Mean share of the column currents that wires take, in closed form.");
  register_decks(module);
}

}  // namespace ohm::python
