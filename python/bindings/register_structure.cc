// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/attention/engine_request.h"
#include "mapping/larger/estimate_larger.h"
#include "mapping/serve/structure_steps.h"
#include "mapping/structure/event_work.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/named_estimate.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

Fidelity fidelity_of(const std::string& name) {
  if (name == "automatic") return Fidelity::automatic;
  if (name == "structure") return Fidelity::structure;
  if (name == "shape") return Fidelity::shape;
  throw ArgumentError(
      fmt::format("fidelity: {}; expected automatic, structure, shape or events", name));
}

py::dict step_of(const DecodeStep& step) {
  py::dict row;
  row["time_s"] = static_cast<double>(step.cost.time) * 1e-12;
  row["energy_j"] = step.cost.energy.si();
  row["energy_low_j"] = step.energy_low.si();
  row["energy_high_j"] = step.energy_high.si();
  row["times_fidelity"] = step.fidelity;
  row["times_are"] = times_are(step.fidelity, step.exact);
  return row;
}

void register_model(py::module_& module) {
  using Shared = std::shared_ptr<NamedEstimate>;
  py::class_<StructureModel>(
      module, "StructureModel",
      "A network on as many chips as it needs, laid out once for many workloads.")
      .def(py::init([](const LoadedNetwork& network, const ChipSpec& chip) {
             return std::make_unique<StructureModel>(network.spec(), chip);
           }),
           py::arg("network"), py::arg("chip"))
      .def(
          "estimate",
          [](StructureModel& model, std::optional<Index> prompt, std::optional<Index> generate,
             Index batch) -> Shared {
            const py::gil_scoped_release release;
            Estimate found = model.estimate({prompt, generate, batch, {}});
            return std::make_shared<NamedEstimate>(NamedEstimate{nullptr, std::move(found)});
          },
          py::arg("prompt"), py::arg("generate"), py::arg("batch"), "A whole workload.")
      .def(
          "decoding",
          [](StructureModel& model, Index prompt, Index generate, Index batch,
             Index answered) -> Shared {
            const py::gil_scoped_release release;
            Estimate found = model.decoding({prompt, generate, batch, {}}, answered);
            return std::make_shared<NamedEstimate>(NamedEstimate{nullptr, std::move(found)});
          },
          py::arg("prompt"), py::arg("generate"), py::arg("batch"), py::arg("answered") = 0,
          "The same of prompts in the cache, but for their last tokens; of two stacks of sources, "
          "and of so many tokens of every answer.")
      .def(
          "decode_step",
          [](StructureModel& model, Index context, Index batch) {
            const auto priced = [&] {
              const py::gil_scoped_release release;
              return decode_step(model, context, batch);
            };
            return step_of(priced());
          },
          py::arg("context"), py::arg("batch"),
          "One step of equal sequences that attend to `context` positions.");
}

}  // namespace

void register_structure(py::module_& module) {
  register_model(module);
  module.def(
      "simulates_all",
      [](const LoadedNetwork& network, const ChipSpec& chip, double tokens, bool needed) {
        constexpr double kMost = 1e18;  // too many in any case
        return simulates_all(network.spec(), chip, static_cast<Index>(std::min(tokens, kMost)),
                             needed ? kAskedWork : kUnaskedWork);
      },
      py::arg("network"), py::arg("chip"), py::arg("tokens"), py::arg("needed") = false,
      "Whether so many tokens are simulated event by event, unasked, on all tiles; `needed`: where "
      "nothing else answers.");
  module.def(
      "asks_for_all_tiles",
      [](const LoadedNetwork& network, const ChipSpec& chip, std::optional<Index> prompt,
         std::optional<Index> generate, Index batch, std::vector<InputStatistics> activity)
          -> std::optional<std::pair<std::string, std::string>> {
        const Workload workload{prompt, generate, batch, std::move(activity)};
        const auto asked = asks_for_all_tiles(network.spec(), chip, workload);
        if (!asked) return {};
        return std::pair(asked->key, asked->expected);
      },
      py::arg("network"), py::arg("chip"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      py::arg("activity"),
      "The key that only a mapping of all tiles follows, and what it would have to say; or None.");
  module.def(
      "tokens_of",
      [](const LoadedNetwork& network, const ChipSpec& chip, std::optional<Index> prompt,
         std::optional<Index> generate, Index batch) {
        const Request request = resolve_on(chip, network.spec(), {prompt, generate, batch, {}});
        return static_cast<double>(request.source + request.tokens()) *
               static_cast<double>(request.batch);
      },
      py::arg("network"), py::arg("chip"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      "Tokens of a workload, over all sequences; raises what is wrong with it.");
  module.def(
      "estimate_structure",
      [](const LoadedNetwork& network, const ChipSpec& chip, std::optional<Index> prompt,
         std::optional<Index> generate, Index batch, std::vector<InputStatistics> activity,
         double expert_imbalance, const std::string& fidelity) {
        const Workload workload{prompt, generate, batch, std::move(activity), expert_imbalance};
        return std::make_shared<NamedEstimate>(NamedEstimate{
            nullptr, ohm::estimate_larger(network.spec(), chip, workload, fidelity_of(fidelity))});
      },
      py::arg("network"), py::arg("chip"), py::arg("prompt"), py::arg("generate"), py::arg("batch"),
      py::arg("activity"), py::arg("expert_imbalance"), py::arg("fidelity"),
      py::call_guard<py::gil_scoped_release>(),
      "A workload on as many chips as the network needs, or as chip.larger says; identical layers "
      "are solved once.");
}

}  // namespace ohm::python
