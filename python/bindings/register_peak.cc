// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "mapping/chip/chip.h"
#include "mapping/estimate/peak.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

py::dict part_of(const PeakPart& part) {
  py::dict row;
  row["component"] = part.component;
  row["power_w"] = part.power.si();
  row["power_low_w"] = part.power_low.si();
  row["power_high_w"] = part.power_high.si();
  row["area_m2"] = part.area.si();
  row["area_low_m2"] = part.area_low.si();
  row["area_high_m2"] = part.area_high.si();
  row["source"] = part.source;
  return row;
}

py::dict level_of(const PeakLevel& level, const Peak& peak) {
  const Cost total = level.total();
  py::dict row;
  row["count"] = level.count;
  row["macros"] = level.macros;
  row["ops_per_s"] = level.ops_per_s;
  row["power_w"] = total.energy.si();
  row["power_low_w"] = total.energy_low.si();
  row["power_high_w"] = total.energy_high.si();
  row["area_m2"] = total.area.si();
  row["area_low_m2"] = total.area_low.si();
  row["area_high_m2"] = total.area_high.si();
  row["weight_bytes"] = level.weights.si();
  row["input_bits"] = peak.input_bits;
  row["weight_bits"] = peak.weight_bits;
  row["output_bits"] = peak.output_bits;
  row["macs_per_mvm"] = static_cast<double>(peak.macs_per_mvm) * level.macros;
  row["mvm_j"] = peak.mvm.energy.si() * level.macros;
  row["mvm_low_j"] = peak.mvm.energy_low.si() * level.macros;
  row["mvm_high_j"] = peak.mvm.energy_high.si() * level.macros;
  row["interval_s"] = peak.timing.interval.si();
  row["latency_s"] = peak.timing.latency.si();
  row["step_s"] = peak.timing.step.si();
  py::list parts;
  for (const PeakPart& part : level.parts) parts.append(part_of(part));
  row["parts"] = parts;
  return row;
}

py::dict levels_of(const Peak& peak) {
  py::dict levels;
  for (const PeakLevel& level : peak.levels) levels[py::str(level.name)] = level_of(level, peak);
  return levels;
}

}  // namespace

void register_peak(py::module_& m) {
  m.def(
      "chip_peak",
      [](const ChipSpec& spec, const std::optional<InputStatistics>& statistics) {
        const Chip chip = compile_chip(spec);
        return levels_of(statistics ? peak(chip, *statistics) : peak(chip));
      },
      py::arg("chip"), py::arg("statistics") = py::none(),
      "Levels of a chip at full load, SI units.");
  m.def(
      "macro_peak",
      [](const MacroSpec& macro, const std::optional<InputStatistics>& statistics) {
        return levels_of(statistics ? peak(macro, *statistics) : peak(macro));
      },
      py::arg("macro"), py::arg("statistics") = py::none(), "One macro at full load, SI units.");
}

}  // namespace ohm::python
