// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <memory>
#include <optional>

#include "mapping/baseline/baseline_estimate.h"
#include "mapping/baseline/decode_gain.h"
#include "mapping/baseline/validate_baseline.h"
#include "python/bindings/config.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

py::dict pass_of(const PassCost& pass) {
  py::dict row;
  row["time_s"] = pass.time.si();
  row["compute_s"] = pass.compute.si();
  row["memory_s"] = pass.memory.si();
  row["exchange_s"] = pass.exchange.si();
  row["energy_j"] = pass.energy.si();
  row["weight_bytes"] = pass.counts.weight_bytes;
  row["kv_bytes"] = pass.counts.kv_bytes;
  row["macs"] = pass.counts.macs + pass.counts.attention_macs;
  row["bound"] = pass.bound;
  return row;
}

py::dict conditions_of(const Request& request) {
  py::dict row;
  row["prompt"] = request.source > 0 ? request.source : request.prompt;
  row["generate"] = request.generate;
  row["batch"] = request.batch;
  row["kind"] = request.source > 0 ? "encoder-decoder" : request.decoder ? "decoder" : "encoder";
  return row;
}

py::dict figures_of(const BaselineEstimate& e) {
  py::dict row;
  row["conditions"] = conditions_of(e.request);
  row["ttft_s"] = e.ttft.si();
  row["tpot_s"] = e.tpot.si();
  row["makespan_s"] = e.makespan.si();
  row["output_tokens_per_s"] = e.output_tokens_per_s;
  row["total_tokens_per_s"] = e.total_tokens_per_s;
  row["decode_tokens_per_s"] = e.decode_tokens_per_s;
  row["tokens_per_s_per_user"] = e.tokens_per_s_per_user;
  row["energy_j"] = e.energy.si();
  row["output_tokens_per_j"] = e.output_tokens_per_j;
  row["total_tokens_per_j"] = e.total_tokens_per_j;
  row["decode_tokens_per_j"] = e.decode_tokens_per_j;
  row["power_w"] = e.power.si();
  row["macs"] = e.macs;
  row["resident_bytes"] = e.resident.si();
  row["decode_gain"] = e.decode_gain;
  row["prefill"] = pass_of(e.prefill);
  row["decode"] = pass_of(e.decode);
  row["assumptions"] = e.assumptions;
  return row;
}

py::dict steady_of(const SteadyRate& rate) {
  py::dict row;
  row["batch"] = rate.batch;
  row["requests_per_s"] = rate.requests_per_s;
  row["output_tokens_per_s"] = rate.output_tokens_per_s;
  row["total_tokens_per_s"] = rate.total_tokens_per_s;
  row["output_tokens_per_j"] = rate.output_tokens_per_j;
  row["tpot_s"] = rate.tpot.si();
  return row;
}

py::list rows_of(const BaselineSpec& spec, const Roots& roots) {
  py::list rows;
  for (const BaselineRow& r : validate_baseline(spec, roots)) {
    py::dict row;
    row["baseline"] = r.baseline;
    row["network"] = r.network;
    row["figure"] = r.figure;
    row["setting"] = r.setting;
    row["prompt"] = r.prompt;
    row["generate"] = r.generate;
    row["batch"] = r.batch;
    row["theirs"] = r.theirs;
    row["ours"] = r.ours;
    row["error"] = r.error;
    row["status"] = r.status;
    row["kind"] = r.kind;
    row["source"] = r.source;
    rows.append(row);
  }
  return rows;
}

py::dict gain_of(const NetworkGain& law) {
  py::dict row;
  row["weight_bytes"] = law.weights.si();
  row["kv_bytes_per_sequence"] = law.kv_per_sequence.si();
  row["gain"] = law.gain;
  return row;
}

}  // namespace

void register_baseline(py::module_& module) {
  module.def(
      "baseline_estimate",
      [](const BaselineSpec& spec, const LoadedNetwork& network, std::optional<Index> prompt,
         std::optional<Index> generate, Index batch) {
        return figures_of(estimate(spec, network.graph(), {prompt, generate, batch, {}}));
      },
      py::arg("spec"), py::arg("network"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      "A workload on a baseline, SI units.");
  module.def(
      "baseline_step",
      [](const BaselineSpec& spec, const LoadedNetwork& network, Index context, Index batch) {
        return pass_of(decode_step(spec, network.graph(), context, batch));
      },
      py::arg("spec"), py::arg("network"), py::arg("context"), py::arg("batch"),
      "One decode step of equal sequences that attend to `context` positions.");
  module.def(
      "baseline_steady",
      [](const BaselineSpec& spec, const LoadedNetwork& network, Index prompt, Index generate,
         Index batch) {
        const bool decoder = network.spec().is_decoder();
        return steady_of(steady_rate(spec, network.graph(), {decoder, prompt, generate, batch}));
      },
      py::arg("spec"), py::arg("network"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      "Requests without a pause on a baseline; batch 0: as many as fit.");
  module.def("baseline_rows", &rows_of, py::arg("spec"), py::arg("roots"),
             "Published results beside those of the model.");
  module.def(
      "decode_gain",
      [](const LoadedNetwork& network, double batch, double context, Index weight_bits,
         Index kv_bits) {
        return gain_of(
            decode_gain(network.graph(), {weight_bits, kv_bits, kv_bits}, batch, context));
      },
      py::arg("network"), py::arg("batch"), py::arg("context"), py::arg("weight_bits"),
      py::arg("kv_bits"), "The law 1 + W / (B KV) with its bytes.");
}

}  // namespace ohm::python
