// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.h"
#include "crossbar/error_source.h"
#include "crossbar/geometry.h"
#include "crossbar/linearity.h"
#include "crossbar/read/calibrate.h"
#include "crossbar/read/mvm.h"
#include "python/bindings/arrays.h"
#include "python/bindings/figures/programming_cost.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

/// Arrays that hold one matrix of integers: a compiled macro and what was programmed into it.
class MacroArrays {
 public:
  MacroArrays(const MacroSpec& spec, std::uint32_t seed, std::uint32_t chip)
      : macro_(compile_macro(spec)), draw_{seed, chip, 0} {}

  void program(const Array<std::int32_t>& weights) {
    const Matrix<std::int32_t> codes = to_matrix(weights, "weights");
    const py::gil_scoped_release released;
    weights_ = codes;
    matrix_ = ohm::program(macro_, codes, full_row_tiles(codes.rows, inputs_per_array(macro_.spec)),
                           draw_);
  }

  void calibrate(const Array<std::int32_t>& inputs) {
    require_programmed();
    const Matrix<std::int32_t> codes = to_matrix(inputs, "inputs");
    const auto is_zero = [](std::int32_t code) { return code == 0; };
    const bool needs_sums = macro_.spec.adc.kind != "ideal" && macro_.spec.adc.range != "lossless";
    if (needs_sums && !codes.values.empty() && std::ranges::all_of(codes.values, is_zero)) {
      throw ArgumentError(
          "calibration inputs: only zeros found, whose sums tell no range; expected inputs such as "
          "the arrays will read");
    }
    const py::gil_scoped_release released;
    calibrate_adc(macro_, *matrix_, codes);
    if (macro_.spec.adc.range == "learned") learn_correction(macro_, *matrix_, codes, weights_);
  }

  py::dict programming() const {
    return to_dict(matrix_ ? matrix_->programming : ProgrammingCost{});
  }

  py::array_t<double> mvm(const Array<std::int32_t>& inputs, std::uint64_t first_token,
                          int threads) {
    require_programmed();
    const IntegerRows codes = to_rows(inputs, "inputs");
    constexpr std::uint64_t kTokens = std::uint64_t{1} << 32;
    if (first_token + static_cast<std::uint64_t>(codes.rows) > kTokens) {
      throw ArgumentError(
          fmt::format("first_token: {} and {} tokens exceed the 2^32 numbers that "
                      "key the noise; start again at a lower one",
                      first_token, codes.rows));
    }
    Matrix<double> y;
    {
      const py::gil_scoped_release released;
      std::vector<std::uint32_t> tokens(static_cast<size_t>(codes.rows));
      std::iota(tokens.begin(), tokens.end(), static_cast<std::uint32_t>(first_token));
      MvmResult result = ohm::mvm(macro_, *matrix_, codes, tokens, threads);
      conversions_ += result.counts.conversions;
      clipped_ += result.counts.clipped;
      fused_ += result.counts.fused;
      y = std::move(result.y);
    }
    return to_array(std::move(y.values), {y.rows, y.cols});
  }

  /// Whether every output is a whole number, whatever the inputs.
  bool is_whole() const {
    const DeviceSpec& device = macro_.spec.device;
    const AdcSpec& adc = macro_.spec.adc;
    const bool whole_steps = adc.kind == "ideal" || adc.range == "lossless";
    const bool converter =
        adc.noise == 0.0 && whole_steps && matrix_ &&
        std::ranges::all_of(matrix_->tiles, [](const ProgrammedTile& tile) {
          return tile.converters->is_identity() || tile.converters->is_ideal_quantiser();
        });
    const bool cells = device.kind == "ideal" && device.read_noise == 0.0 &&
                       device.noise.white == "none" && device.noise.flicker == 0.0 &&
                       device.noise.rtn.amplitude == 0.0 && device.programming.method == "fitted" &&
                       device.retention.model == "none" &&
                       device.temperature.operating == device.temperature.reference;
    return converter && cells && is_ideal(macro_.spec.dac) && device.iv.model == "ohmic" &&
           wire_model(macro_) == WireModel::none && macro_.spec.compensation.kind == "none";
  }

  std::optional<Shape> shape() const {
    if (!matrix_) return std::nullopt;
    return Shape{matrix_->rows, matrix_->columns};
  }
  Index arrays() const {
    if (!matrix_) return 0;
    const Index width = weight_columns(macro_.spec);
    return std::ssize(matrix_->tiles) * ((matrix_->columns + width - 1) / width);
  }
  std::int64_t conversions() const { return conversions_; }
  std::int64_t clipped() const { return clipped_; }
  std::int64_t fused() const { return fused_; }

 private:
  void require_programmed() const {
    if (!matrix_) throw ArgumentError("macro: holds no weights yet; call program() first");
  }

  Macro macro_;
  ChipDraw draw_;
  Matrix<std::int32_t> weights_;
  std::optional<ProgrammedMatrix> matrix_;
  std::int64_t conversions_ = 0, clipped_ = 0, fused_ = 0;
};

std::vector<std::tuple<std::string, bool, std::string>> conditions_of(const MacroSpec& spec) {
  std::vector<std::tuple<std::string, bool, std::string>> all;
  for (const LinearCondition& one : linear_conditions(spec)) {
    all.emplace_back(one.name, one.holds, one.why);
  }
  return all;
}

}  // namespace

void register_macro(py::module_& module) {
  py::class_<MacroArrays>(module, "MacroArrays",
                          "Arrays of one kind of macro that hold a matrix of integers.")
      .def(py::init<const MacroSpec&, std::uint32_t, std::uint32_t>(), py::arg("spec"),
           py::arg("seed"), py::arg("chip"))
      .def("program", &MacroArrays::program, py::arg("weights"))
      .def("calibrate", &MacroArrays::calibrate, py::arg("inputs"))
      .def("mvm", &MacroArrays::mvm, py::arg("inputs"), py::arg("first_token"), py::arg("threads"))
      .def_property_readonly("is_whole", &MacroArrays::is_whole)
      .def_property_readonly("shape", &MacroArrays::shape)
      .def_property_readonly("arrays", &MacroArrays::arrays)
      .def_property_readonly("conversions", &MacroArrays::conversions)
      .def_property_readonly("clipped", &MacroArrays::clipped)
      .def_property_readonly("fused", &MacroArrays::fused)
      .def_property_readonly("programming", &MacroArrays::programming);
  module.def("error_sources", &error_sources,
             "The imperfections of a macro that can be studied one at a time.");
  module.def("linear_conditions", &conditions_of, py::arg("spec"),
             "(name, holds, why) of each condition under which a macro is one linear map.");
  module.def("ir_drop", &resolved_ir_drop, py::arg("spec"), "What array.ir_drop: auto stands for.");
  module.def(
      "with_only",
      [](const MacroSpec& spec, const std::string& source) {
        return std::make_shared<MacroSpec>(with_only(spec, source));
      },
      py::arg("spec"), py::arg("source"), "The macro with one imperfection left.");
}

}  // namespace ohm::python
