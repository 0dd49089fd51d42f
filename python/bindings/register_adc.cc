// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/config/reader.h"
#include "core/error.h"
#include "crossbar/adc/converter_bank.h"
#include "crossbar/adc/linearity.h"
#include "crossbar/adc/one_bit.h"
#include "crossbar/cost/adc_cost.h"
#include "crossbar/purpose.h"
#include "python/bindings/arrays.h"
#include "python/bindings/config.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

/// The fields of an ADC as a document of their own.
struct AdcDocument : AdcSpec {
  std::string name;
};

/// One physical converter.
class Converter {
 public:
  Converter(const Overrides& fields, bool is_signed, const AdcDraw& draw)
      : spec_(parse_spec<AdcDocument>("{}", "adc", options({}, fields))),
        draw_(draw),
        is_signed_(is_signed) {
    if (spec_.bits == AdcSpec::kAutoBits) {
      throw ArgumentError("bits: 'auto' found; expected a number: auto goes with a whole macro");
    }
    const std::string problem = one_bit_problem(spec_, is_signed);
    if (!problem.empty()) throw ArgumentError("bits: " + problem);
    adc_ = make_adc(spec_);
    const std::vector<Index> wiring(static_cast<size_t>(kBlock), 0);
    bank_ = std::make_unique<ConverterBank>(*adc_, std::span(&draw_, 1), wiring, is_signed);
  }

  /// Codes of sums in steps; conversions count from `first`, which keys their noise.
  py::array_t<double> convert(const Array<double>& sums, Index first) {
    const Shape shape(sums.shape(), sums.shape() + sums.ndim());
    if (bank_->is_identity()) {  // nothing to round: what double precision holds comes back
      return to_array(std::vector<double>(sums.data(), sums.data() + sums.size()), shape);
    }
    std::vector<float> codes(sums.data(), sums.data() + sums.size());
    {
      const py::gil_scoped_release released;
      add_noise(codes, first);
      const Index n = std::ssize(codes);
      for (Index begin = 0; begin < n; begin += kBlock) {
        const auto size = static_cast<size_t>(std::min(kBlock, n - begin));
        clipped_ += convert_block(std::span(codes).subspan(static_cast<size_t>(begin), size),
                                  first + begin);
      }
    }
    return to_array(std::vector<double>(codes.begin(), codes.end()), shape);
  }

  std::vector<double> thresholds() const { return adc_->thresholds(draw_, is_signed_); }

  py::dict linearity_of() const {
    const Linearity shape = ohm::linearity(thresholds());
    py::dict result;
    result["inl"] = to_array(std::vector<double>(shape.inl), {std::ssize(shape.inl)});
    result["dnl"] = to_array(std::vector<double>(shape.dnl), {std::ssize(shape.dnl)});
    result["missing_codes"] = shape.missing_codes;
    return result;
  }

  double enob_of() const {
    return ohm::enob(adc_->transitions(draw_, is_signed_), adc_->codes(is_signed_), spec_.noise,
                     bank_->is_stochastic());
  }

  std::pair<double, double> codes() const {
    const CodeRange range = adc_->codes(is_signed_);
    return {range.low, range.high};
  }

  bool quantises() const { return adc_->quantises(); }
  double step_for(double reach) const { return adc_->step_for(reach, is_signed_); }
  Index clipped() const { return clipped_; }

 private:
  static constexpr Index kBlock = 4096;

  StreamKey key() const {
    return {draw_.seed, draw_.chip, static_cast<std::uint8_t>(Purpose::conversion_noise)};
  }
  void add_noise(std::vector<float>& sums, Index first) const {
    if (spec_.noise == 0.0) return;
    std::vector<float> normals(sums.size());
    fill_normal(key(), {0, draw_.converter, 0}, first, normals);
    const auto sigma = static_cast<float>(spec_.noise);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += sigma * normals[i];
  }
  Index convert_block(std::span<float> sums, Index first) const {
    std::vector<float> uniforms(bank_->is_stochastic() ? sums.size() : 0);
    fill_uniform(key(), {0, draw_.converter, 1}, first, uniforms);
    return bank_->convert(sums, 0, uniforms);
  }

  AdcDocument spec_;
  AdcDraw draw_;
  bool is_signed_;
  std::unique_ptr<Adc> adc_;
  std::unique_ptr<ConverterBank> bank_;
  Index clipped_ = 0;
};

/// What one converter costs, by the model that its `cost` names.
py::dict cost_of(const Overrides& fields, const std::string& node, const std::string& vdd) {
  const AdcSpec spec = parse_spec<AdcDocument>("{}", "adc", options({}, fields));
  const Technology target{Metres(parse_quantity(node, kMetre)), Volts(parse_quantity(vdd, kVolt))};
  const UnitCost cost = adc_cost(spec, spec.bits, target);
  py::dict result;
  result["energy_j"] = cost.energy.si();
  result["energy_low_j"] = cost.energy_low.si();
  result["energy_high_j"] = cost.energy_high.si();
  result["area_m2"] = cost.area.si();
  result["area_low_m2"] = cost.area_low.si();
  result["area_high_m2"] = cost.area_high.si();
  result["source"] = cost.source;
  return result;
}

}  // namespace

void register_adc(py::module_& module) {
  module.def("adc_cost", &cost_of, py::arg("fields"), py::arg("node"), py::arg("vdd"),
             "Energy per conversion and area of one converter in a technology, with their ranges.");
  py::class_<Converter>(module, "Converter", "One physical analog-to-digital converter.")
      .def(py::init([](const Overrides& fields, bool is_signed, std::uint32_t seed,
                       std::uint32_t chip, std::uint32_t converter) {
             return Converter(fields, is_signed, {seed, chip, 0, 0, converter});
           }),
           py::arg("fields"), py::arg("is_signed"), py::arg("seed"), py::arg("chip"),
           py::arg("converter"))
      .def("convert", &Converter::convert, py::arg("sums"), py::arg("first"),
           "Codes of sums in steps; conversions count from `first`, which keys their noise.")
      .def("thresholds",
           [](const Converter& c) {
             std::vector<double> thresholds = c.thresholds();
             const Index n = std::ssize(thresholds);
             return to_array(std::move(thresholds), {n});
           })
      .def("linearity", &Converter::linearity_of)
      .def("enob", &Converter::enob_of)
      .def_property_readonly("codes", &Converter::codes)
      .def("step_for", &Converter::step_for, py::arg("reach"),
           "Sum per code such that `reach` falls on the last code.")
      .def_property_readonly("quantises", &Converter::quantises)
      .def_property_readonly("clipped", &Converter::clipped);
}

}  // namespace ohm::python
