// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/figures/thermal_figures.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

void add_temperature(const TemperatureMap& map, py::dict& row) {
  row["peak_temperature_k"] = map.peak.si();
  row["mean_temperature_k"] = map.mean.si();
  row["hottest_tile"] = map.hottest;
  row["heat_w"] = map.power.si();
  row["leakage_at_temperature_w"] = map.leakage.si();
  row["leakage_at_reference_w"] = map.leakage_reference.si();
  row["thermal_loop_gain"] = map.loop_gain;
  row["ageing_at_peak"] = map.ageing;
}

void add_package(const GoodPackage& it, py::dict& row) {
  py::dict package;
  package["dies"] = it.dies;
  package["die_area_m2"] = it.die_area.si();
  package["dies_per_wafer"] = it.dies_per_wafer;
  package["die_yield"] = it.die_yield;
  package["pass"] = it.pass;
  package["quality"] = it.quality;
  package["package_yield"] = it.package_yield;
  package["dies_made"] = it.dies_made;
  package["silicon_m2"] = it.silicon.si();
  package["packages_per_wafer"] = it.packages_per_wafer;
  package["cost_per_die"] = it.cost_per_die;
  package["cost"] = it.cost;
  row["good_package"] = package;
}

}  // namespace

void add_thermal_figures(const Estimate& estimate, py::dict& row) {
  if (estimate.temperature) add_temperature(*estimate.temperature, row);
  if (estimate.package) add_package(*estimate.package, row);
}

}  // namespace ohm::python
