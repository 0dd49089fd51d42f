// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <functional>
#include <map>
#include <memory>

#include "core/config/source.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/spelling.h"
#include "crossbar/macro.h"
#include "mapping/attention/attention_spec.h"
#include "mapping/baseline/baseline_spec.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/link_spec.h"
#include "mapping/experiment_spec.h"
#include "mapping/network/transformer_spec.h"
#include "python/bindings/config.h"
#include "python/bindings/json.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

using Quantities = ConfigWriter::Quantities;

/// A Spec of any kind as its two trees: quantities as text and as SI numbers.
struct Resolved {
  Json text, si;
};

template <class Spec>
Resolved both(const Spec& spec) {
  return {resolved(spec, Quantities::text), resolved(spec, Quantities::si)};
}

template <class Spec>
Resolved read(const std::string& folder, const std::string& name, const ConfigOptions& options) {
  return both(load_spec<Spec>(folder, name, options));
}

Resolved read_kind(const std::string& kind, const std::string& name, ConfigOptions options) {
  if (kind == "device") return read<DeviceSpec>("device", name, options);
  if (kind == "macro") return read<MacroSpec>("macro", name, options);
  if (kind == "chip") return read<ChipSpec>("chip", name, options);
  if (kind == "baseline") return read<BaselineSpec>("baseline", name, options);
  if (kind == "network") return read<TransformerSpec>("network", name, options);
  if (kind == "periphery") return read<PeripherySpec>("component", name, options);
  if (kind == "digital") return read<DigitalSpec>("component", name, options);
  if (kind == "noc") return read<NocSpec>("component", name, options);
  if (kind == "dram") return read<DramSpec>("component", name, options);
  if (kind == "attention") return read<AttentionSpec>("component", name, options);
  if (kind == "link") return read<LinkSpec>("component", name, options);
  options.file_overrides = false;
  if (kind == "experiment") return read<ExperimentSpec>("experiment", name, options);
  throw ArgumentError("kind " + in_quotes(kind) +
                      " is unknown; expected device, macro, chip, baseline, network, periphery, "
                      "digital, noc, dram, link, attention or experiment");
}

template <class Spec>
void add_spec(py::module_& module, const char* name, const char* folder, const char* doc) {
  py::class_<Spec, std::shared_ptr<Spec>>(module, name, doc)
      .def_static(
          "load",
          [folder](const std::string& from, const Roots& roots, const Overrides& overrides) {
            return std::make_shared<Spec>(load_spec<Spec>(folder, from, options(roots, overrides)));
          },
          py::arg("name"), py::arg("roots"), py::arg("overrides"),
          "Read, composed and checked; overrides are (dotted key, YAML text, origin), strongest "
          "first.")
      .def_static(
          "parse",
          [](const std::string& text, const std::string& shown, const std::string& called,
             const Roots& roots, const Overrides& overrides) {
            auto spec =
                std::make_shared<Spec>(parse_spec<Spec>(text, shown, options(roots, overrides)));
            spec->name = called;
            return spec;
          },
          py::arg("text"), py::arg("shown"), py::arg("name"), py::arg("roots"),
          py::arg("overrides"), "The same from YAML text, which messages call `shown`.")
      .def_property_readonly("name", [](const Spec& spec) { return spec.name; })
      .def(
          "to_dict", [](const Spec& spec) { return to_python(resolved(spec, Quantities::si)); },
          "Every field with its value; quantities are SI numbers.")
      .def(
          "to_yaml", [](const Spec& spec) { return to_yaml(resolved(spec, Quantities::text)); },
          "The resolved configuration, which reads back to the same.");
}

py::dict entry_of(const Override& entry) {
  py::dict result;
  result["key"] = entry.key;
  result["value"] = entry.value;
  result["origin"] = entry.origin;
  return result;
}

py::list entries_of(const std::vector<Override>& entries) {
  py::list result;
  for (const Override& entry : entries) result.append(entry_of(entry));
  return result;
}

py::dict point_of(PointSpec point) {
  py::dict result = to_python(resolved(point, Quantities::si));
  result["override"] = entries_of(point.override);
  result["samples"] = point.samples;
  result["prompt"] = point.prompt;
  result["generate"] = point.generate;
  return result;
}

/// The experiment with the places of its overrides, which later messages name.
py::dict experiment_of(const ExperimentSpec& spec) {
  py::dict result = to_python(resolved(spec, Quantities::si));
  result["override"] = entries_of(spec.override);
  result["map"] = entries_of(spec.map);
  result["sweep"] = entries_of(spec.sweep);
  py::list points;
  for (const PointSpec& point : spec.points) points.append(point_of(point));
  result["points"] = points;
  result["yaml"] = to_yaml(resolved(spec, Quantities::text));
  return result;
}

/// Overrides of an experiment are not its own: they are meant for its chips.
ConfigOptions experiment_options(const Roots& roots, const Overrides& overrides) {
  ConfigOptions from = options(roots, overrides);
  from.file_overrides = false;
  return from;
}

py::dict load_experiment(const std::string& file, const Roots& roots, const Overrides& overrides) {
  return experiment_of(
      load_spec<ExperimentSpec>("experiment", file, experiment_options(roots, overrides)));
}

py::dict parse_experiment(const std::string& text, const std::string& shown,
                          const Overrides& overrides) {
  return experiment_of(parse_spec<ExperimentSpec>(text, shown, experiment_options({}, overrides)));
}

}  // namespace

void register_config(py::module_& module) {
  add_spec<MacroSpec>(module, "MacroSpec", "macro", "One macro as its file describes it.");
  add_spec<ChipSpec>(module, "ChipSpec", "chip", "One chip as its file describes it.");
  add_spec<BaselineSpec>(module, "BaselineSpec", "baseline",
                         "One digital machine as its file describes it.");
  module.def(
      "macro_of", [](const ChipSpec& spec) { return std::make_shared<MacroSpec>(spec.macro); },
      py::arg("spec"), "The macro of a chip.");
  module.def(
      "check_chip",
      [](const ChipSpec& spec) {
        compile_chip(spec);
        for (Index kind = 0; kind < spec.n_kinds(); ++kind) compile_macro(spec.macro_of(kind));
      },
      py::arg("spec"), "Compiles a chip; ConfigError where its parts do not fit together.");
  module.def(
      "check_macro", [](const MacroSpec& spec) { compile_macro(spec); }, py::arg("spec"),
      "Compiles a macro; ConfigError where its parts do not fit together.");
  module.def(
      "read_spec",
      [](const std::string& kind, const std::string& name, const Roots& roots,
         const Overrides& overrides) {
        const Resolved spec = read_kind(kind, name, options(roots, overrides));
        return py::make_tuple(to_yaml(spec.text), to_python(spec.si));
      },
      py::arg("kind"), py::arg("name"), py::arg("roots"), py::arg("overrides"),
      "A file of any kind, resolved: its YAML text, and its values in SI units.");
  module.def("load_experiment", &load_experiment, py::arg("file"), py::arg("roots"),
             py::arg("overrides"), "An experiment as a dictionary.");
  module.def("parse_experiment", &parse_experiment, py::arg("text"), py::arg("shown"),
             py::arg("overrides"), "The same from YAML text, which messages call `shown`.");
  module.def(
      "check_yaml", [](const std::string& file) { load_document(file); }, py::arg("file"),
      "Refuses a file that is missing, no YAML, or repeats a key.");
  module.def("component_names", &component_names, py::arg("folder"), py::arg("roots"),
             "Names of the files in a folder of the configuration roots.");
  module.def("did_you_mean", &did_you_mean, py::arg("word"), py::arg("candidates"),
             "'; did you mean …?' for the closest candidate, or nothing.");
  module.def("available_threads", &available_threads, "Processors that this process may use.");
}

}  // namespace ohm::python
