// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/schedule/timeline.h"
#include "mapping/structure/compose_times.h"
#include "python/bindings/figures/kv_figures.h"
#include "python/bindings/figures/occupation.h"
#include "python/bindings/figures/thermal_figures.h"
#include "python/bindings/json.h"
#include "python/bindings/named_estimate.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

double in_seconds(Picoseconds time) {
  return static_cast<double>(time) * 1e-12;
}

NamedEstimate estimated(std::shared_ptr<const Mapping> mapping, const Workload& workload,
                        Index timeline_tokens) {
  Estimate result = ohm::estimate(*mapping, workload, timeline_tokens);
  return {std::move(mapping), std::move(result)};
}

py::dict row_of(const Leaf& leaf, const Cost& cost) {
  py::dict row;
  row["component"] = leaf.component;
  row["op"] = leaf.op;
  row["layer"] = leaf.layer;
  row["phase"] = leaf.phase;
  row["count"] = cost.count;
  row["energy_j"] = cost.energy.si();
  row["energy_low_j"] = cost.energy_low.si();
  row["energy_high_j"] = cost.energy_high.si();
  row["busy_s"] = cost.busy.si();
  row["area_m2"] = cost.area.si();
  row["area_low_m2"] = cost.area_low.si();
  row["area_high_m2"] = cost.area_high.si();
  row["source"] = cost.source;
  return row;
}

/// Energy of an output token after the first: its step, and what is static meanwhile.
py::object energy_of_a_step(const Estimate& it) {
  const Request& request = it.request;
  if (!request.decoder || request.generate < 2) return py::none();
  double steps = 0.0, meanwhile = 0.0;
  for (const auto& [leaf, cost] : it.ledger.leaves()) {
    if (leaf.phase == "decode") steps += cost.energy.si();
    if (leaf.phase == "static") meanwhile += cost.energy.si();
  }
  meanwhile *= 1.0 - it.ttft.si() / it.makespan.si();
  return py::float_((steps + meanwhile) /
                    static_cast<double>(request.batch * (request.generate - 1)));
}

py::list breakdown(const NamedEstimate& e) {
  py::list rows;
  for (const auto& [leaf, cost] : e.estimate.ledger.leaves()) rows.append(row_of(leaf, cost));
  return rows;
}

/// Energies by component, the largest first, equal ones by name.
py::list components(const NamedEstimate& e) {
  std::map<std::string, Cost> sums;
  for (const auto& [leaf, cost] : e.estimate.ledger.leaves()) {
    Cost& sum = sums[leaf.component];
    sum.energy += cost.energy;
    sum.energy_low += cost.energy_low;
    sum.energy_high += cost.energy_high;
  }
  std::vector<std::pair<std::string, Cost>> ranked(sums.begin(), sums.end());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.second.energy > b.second.energy; });
  py::list rows;
  for (const auto& [name, cost] : ranked) {
    if (cost.energy.si() == 0.0) continue;
    py::dict row;
    row["component"] = name;
    row["energy_j"] = cost.energy.si();
    row["energy_low_j"] = cost.energy_low.si();
    row["energy_high_j"] = cost.energy_high.si();
    rows.append(row);
  }
  return rows;
}

py::list events(const NamedEstimate& e) {
  py::list rows;
  const Schedule& schedule = e.estimate.schedule;
  const Request& request = e.estimate.request;
  for (const TimelineEvent& event : schedule.events) {
    py::dict row;
    row["resource"] = schedule.resources[static_cast<size_t>(event.resource)].name();
    row["name"] = e.mapped().network.op(event.vertex).name + " " + event.action;
    row["start_s"] = in_seconds(event.start);
    row["duration_s"] = in_seconds(event.end - event.start);
    row["phase"] = !request.decoder               ? "encoder"
                   : event.token < request.prompt ? "prefill"
                                                  : "decode";
    row["token"] = event.token;
    rows.append(row);
  }
  return rows;
}

py::list busiest(const NamedEstimate& e, Index count) {
  const Schedule& schedule = e.estimate.schedule;
  std::vector<size_t> order(schedule.resources.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return schedule.busy[a] > schedule.busy[b]; });
  py::list rows;
  for (size_t i = 0; i < std::min(order.size(), static_cast<size_t>(count)); ++i) {
    py::dict row;
    row["resource"] = schedule.resources[order[i]].name();
    row["busy_s"] = in_seconds(schedule.busy[order[i]]);
    rows.append(row);
  }
  return rows;
}

const char* kind_of(const Request& request) {
  if (request.source > 0) return "encoder-decoder";
  return request.decoder ? "decoder" : "encoder";
}

/// With two stacks the prompt is what the first of them reads.
py::dict conditions(const NamedEstimate& e) {
  const Request& request = e.estimate.request;
  py::dict row;
  row["prompt"] = request.source > 0 ? request.source : request.prompt;
  row["generate"] = request.generate;
  row["batch"] = request.batch;
  row["kind"] = kind_of(request);
  if (request.source > 0 && request.prompt > 1) row["answered"] = request.prompt - 1;
  return row;
}

py::dict stalls(const NamedEstimate& e) {
  py::dict row;
  for (const auto& [what, time] : e.estimate.schedule.stalls) row[py::str(what)] = in_seconds(time);
  return row;
}

/// None unless the chip gates idle tiles; break_even_s is None where gating never pays.
py::object gating(const NamedEstimate& e) {
  const Estimate& it = e.estimate;
  if (it.schedule.gated.off.empty()) return py::none();
  py::dict row;
  row["break_even_s"] =
      std::isfinite(it.break_even.si()) ? py::object(py::float_(it.break_even.si())) : py::none();
  row["wake_ups"] = it.wake_ups;
  row["gated_share"] = it.gated_share;
  return row;
}

/// None unless the chip bounds its buffers.
py::object buffers(const NamedEstimate& e) {
  if (!e.estimate.buffers) return py::none();
  const BufferUse& it = *e.estimate.buffers;
  py::dict row;
  row["fullest_tile"] = it.tile;
  row["peak_bytes"] = it.peak;
  row["space_bytes"] = it.space;
  row["token_need_bytes"] = it.need;
  row["tiles_in_pieces"] = it.in_pieces;
  row["spilled_bytes"] = it.spilled;
  return row;
}

/// What a user of one sequence sees, and rates by what they count.
void add_latency(const Latency& latency, py::dict& row) {
  row["tpot_p50_s"] = latency.tpot_p50.si();
  row["tpot_p95_s"] = latency.tpot_p95.si();
  row["output_tokens_per_s"] = latency.output_tokens_per_s;
  row["input_tokens_per_s"] = latency.input_tokens_per_s;
  row["tokens_per_s_per_user"] = latency.tokens_per_s_per_user;
}

py::dict figures(const NamedEstimate& e) {
  const Estimate& it = e.estimate;
  const Cost total = it.ledger.total();
  py::dict row;
  row["conditions"] = conditions(e);
  row["ttft_s"] = it.ttft.si();
  row["tpot_s"] = it.tpot.si();
  row["tokens_per_s"] = it.tokens_per_s;
  add_latency(it.latency, row);
  row["times_fidelity"] = it.fidelity;
  row["times_exact"] = it.exact;
  row["times_are"] = times_are(it.fidelity, it.exact);
  row["experts_touched"] = it.experts_touched;
  row["energy_j"] = it.energy.si();
  row["energy_low_j"] = it.energy_low.si();
  row["energy_high_j"] = it.energy_high.si();
  row["energy_per_token_j"] = it.energy_per_token.si();
  row["energy_per_decoded_token_j"] = energy_of_a_step(it);
  row["leakage_energy_j"] = it.leakage_energy.si();
  row["gating"] = gating(e);
  row["power_w"] = it.power.si();
  row["area_m2"] = it.area.si();
  row["area_low_m2"] = total.area_low.si();
  row["area_high_m2"] = total.area_high.si();
  row["system_chips"] = it.chips;
  row["chip_area_m2"] = it.chip_area.si();
  row["reticles"] = it.reticles;
  row["makespan_s"] = it.makespan.si();
  row["lower_bound_s"] = it.lower_bound.si();
  row["macs"] = it.macs;
  row["kv_bytes_per_token"] = it.kv_bytes_per_token;
  row["kv_bytes_in_dram"] = it.kv_bytes_in_dram;
  row["spatial_utilisation"] = it.spatial_utilisation;
  row["temporal_utilisation"] = it.temporal_utilisation;
  row["stalls_s"] = stalls(e);
  row["buffers"] = buffers(e);
  row["assumptions"] = it.assumptions;
  py::list dies;
  for (const DieCost& die : it.dies) {
    py::dict kind;
    kind["name"] = die.name;
    kind["count"] = die.count;
    kind["area_m2"] = die.area.si();
    kind["reticles"] = die.reticles;
    kind["die_yield"] = die.package ? py::cast(die.package->die_yield) : py::none();
    dies.append(kind);
  }
  row["dies"] = dies;
  add_thermal_figures(it, row);
  add_kv_figures(it, row);
  return row;
}

}  // namespace

void register_estimate(py::module_& module) {
  py::class_<InputStatistics>(module, "InputStatistics",
                              "What is known of inputs and cells without running the network.")
      .def(py::init([](double bit_density, double cell_level) {
             return InputStatistics{bit_density, cell_level, {}, {}};
           }),
           py::arg("bit_density") = InputStatistics{}.bit_density,
           py::arg("cell_level") = InputStatistics{}.cell_level)
      .def_readonly("bit_density", &InputStatistics::bit_density)
      .def_readonly("cell_level", &InputStatistics::cell_level);
  py::class_<NamedEstimate, std::shared_ptr<NamedEstimate>>(
      module, "CostEstimate", "Latency, energy and area of a workload on a mapped network.")
      .def_static(
          "of",
          [](std::shared_ptr<Mapping> mapping, std::optional<Index> prompt,
             std::optional<Index> generate, Index batch, std::vector<InputStatistics> activity,
             double expert_imbalance, Index timeline_tokens) {
            return std::make_shared<NamedEstimate>(estimated(
                std::move(mapping),
                {prompt, generate, batch, std::move(activity), expert_imbalance}, timeline_tokens));
          },
          py::arg("mapping"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
          py::arg("activity"), py::arg("expert_imbalance"), py::arg("timeline_tokens"),
          py::call_guard<py::gil_scoped_release>())
      .def("figures", &figures, "Totals in SI units.")
      .def("breakdown", &breakdown, "One row per leaf of the ledger.")
      .def("components", &components, "Energies by component, the largest first.")
      .def("events", &events, "The events of the first tokens.")
      .def(
          "temperatures",
          [](const NamedEstimate& e) {
            return e.estimate.temperature ? e.estimate.temperature->tiles : std::vector<double>{};
          },
          "Kelvin by tile; empty where the chip has no thermal section.")
      .def("busiest", &busiest, py::arg("count"), "The resources that work longest.")
      .def(
          "occupation",
          [](const NamedEstimate& e) { return occupation_of(e.mapped(), e.estimate.schedule); },
          "How long tiles and links work.")
      .def(
          "timeline",
          [](const NamedEstimate& e) {
            return ohm::timeline(e.estimate.schedule, e.mapped().network).dump();
          },
          "The events as a Chrome trace, JSON text.");
}

}  // namespace ohm::python
