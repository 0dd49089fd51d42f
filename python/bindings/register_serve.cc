// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/config/reader.h"
#include "core/error.h"
#include "mapping/network/parameter_count.h"
#include "mapping/serve/baseline_steps.h"
#include "mapping/serve/chip_steps.h"
#include "mapping/serve/serve.h"
#include "mapping/serve/structure_steps.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

double in_seconds(Picoseconds time) {
  return static_cast<double>(time) * 1e-12;
}

py::dict distribution(const Distribution& d) {
  py::dict row;
  row["mean"] = d.mean;
  row["p50"] = d.p50;
  row["p95"] = d.p95;
  row["p99"] = d.p99;
  row["max"] = d.most;
  return row;
}

py::list requests_of(const ServeResult& result) {
  py::list rows;
  for (const ServedRequest& s : result.served) {
    py::dict row;
    row["prompt"] = s.request.prompt;
    row["generate"] = s.request.generate;
    row["arrival_s"] = in_seconds(s.request.arrival);
    row["start_s"] = in_seconds(s.start);
    row["first_s"] = in_seconds(s.first);
    row["done_s"] = in_seconds(s.done);
    rows.append(row);
  }
  return rows;
}

py::dict figures_of(const ServeResult& r) {
  py::dict row;
  row["ttft_s"] = distribution(r.ttft);
  row["tpot_s"] = distribution(r.tpot);
  row["latency_s"] = distribution(r.latency);
  row["waiting_s"] = distribution(r.waiting);
  row["makespan_s"] = in_seconds(r.makespan);
  row["busy_s"] = in_seconds(r.busy);
  row["passes"] = r.passes;
  row["input_tokens"] = r.input_tokens;
  row["output_tokens"] = r.output_tokens;
  row["input_tokens_per_s"] = r.input_tokens_per_s;
  row["output_tokens_per_s"] = r.output_tokens_per_s;
  row["total_tokens_per_s"] = r.total_tokens_per_s;
  row["tokens_per_s_per_user"] = r.tokens_per_s_per_user;
  row["energy_j"] = r.energy.si();
  row["output_tokens_per_j"] = r.output_tokens_per_j;
  row["total_tokens_per_j"] = r.total_tokens_per_j;
  row["mean_queue"] = r.mean_queue;
  row["longest_queue"] = r.longest_queue;
  row["mean_batch"] = r.mean_batch;
  row["requests"] = requests_of(r);
  return row;
}

ServingSpec read(const std::string& text) {
  return parse_spec<ServingSpec>(text, "serve", {});
}

/// From the shortest prompt to the longest sequence (of two stacks to the longest source and the
/// longest answer), up to the batch that can come about.
StepGrid points_of(const TransformerSpec& network, const ServingSpec& spec) {
  Index shortest = 0, longest = 0, tokens = 0, outputs = 0, count = 0;
  for (const ArrivingRequest& request : ohm::requests_of(spec)) {
    shortest = count == 0 ? request.prompt : std::min(shortest, request.prompt);
    longest = std::max(longest, request.prompt);
    tokens = std::max(tokens, request.tokens());
    outputs = std::max(outputs, request.generate);
    ++count;
  }
  const Index batch = std::min(spec.max_batch, count);
  return start_tokens(network) > 0 ? step_points(batch, shortest, longest, outputs)
                                   : step_points(batch, shortest, tokens);
}

py::dict chip_step(const Mapping& mapping, Index context, Index batch) {
  const Decoding at = decoding_at(mapping.network.spec, context);
  StepGrid points{{batch}, {at.prompt}, {}, {}, 0, Watts(0.0)};
  if (start_tokens(mapping.network.spec) > 0) points.answers = {at.generated};
  const StepTable table = chip_steps(mapping, std::move(points));
  const std::vector<Decoding> sequences(static_cast<size_t>(batch), at);
  const StepCost step = table.decode(sequences);
  py::dict row;
  row["time_s"] = in_seconds(step.time);
  row["energy_j"] = step.energy.si();
  return row;
}

}  // namespace

void register_serve(py::module_& module) {
  module.def(
      "serve_baseline",
      [](const BaselineSpec& spec, const LoadedNetwork& network, const std::string& mix) {
        const ServingSpec requests = read(mix);
        check_requests(network.spec(), requests);
        return figures_of(serve(BaselineSteps(Roofline(spec, network.graph())), requests));
      },
      py::arg("spec"), py::arg("network"), py::arg("mix"),
      "A mix of requests (YAML text) on a baseline, SI units.");
  module.def(
      "serve_chip",
      [](const Mapping& mapping, const std::string& mix) {
        const ServingSpec spec = read(mix);
        check_requests(mapping.network.spec, spec);
        return figures_of(serve(chip_steps(mapping, points_of(mapping.network.spec, spec)), spec));
      },
      py::arg("mapping"), py::arg("mix"), "The same on a mapped network.");
  module.def(
      "serve_structure",
      [](StructureModel& model, const std::string& mix) {
        const ServingSpec spec = read(mix);
        check_requests(model.network(), spec);
        const StepTable steps = structure_steps(model, points_of(model.network(), spec));
        py::dict figures = figures_of(serve(steps, spec));
        figures["times_are"] = py::dict(py::arg("prompts") = steps.grid().prefill_are,
                                        py::arg("steps") = steps.grid().decode_are);
        return figures;
      },
      py::arg("model"), py::arg("mix"), "The same on as many chips as the network needs.");
  module.def("chip_step", &chip_step, py::arg("mapping"), py::arg("context"), py::arg("batch"),
             "One decode step of equal sequences that attend to `context` positions.");
  module.def("length_presets", &length_presets, "The usual (prompt, generate) pairs.");
}

}  // namespace ohm::python
