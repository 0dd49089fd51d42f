// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/structure_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

constexpr Index kOutputs = 4;  // of every sequence: the step is the mean of those after the first

/// Energies of a phase: as given, and at the ends of its range.
struct PhaseEnergy {
  Joules given, low, high;
};

PhaseEnergy energy_of(const Estimate& e, const std::string& phase) {
  PhaseEnergy sum;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (leaf.phase != phase) continue;
    sum.given += cost.energy;
    sum.low += cost.energy_low;
    sum.high += cost.energy_high;
  }
  return sum;
}

/// Contexts that the network allows: a step needs outputs before it.
Index context_for(const TransformerSpec& network, Index position) {
  return std::clamp(position, std::min(kOutputs + 1, network.context), network.context);
}

void add_once(const std::string& way, std::vector<std::string>& ways) {
  if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(way);
}

}  // namespace

DecodeStep decode_step(StructureModel& model, Index context, Index batch) {
  if (context < kOutputs) {
    throw ArgumentError(
        fmt::format("context {}; expected at least {} for a decode step", context, kOutputs));
  }
  const Estimate e = model.decoding({context - kOutputs + 1, kOutputs, batch, {}});
  const double share = e.tpot / e.makespan, steps = static_cast<double>(kOutputs - 1);
  const PhaseEnergy decoding = energy_of(e, "decode"), standing = energy_of(e, "static");
  const auto of_step = [&](Joules decoded, Joules always) {
    return decoded / steps + share * always;
  };
  return {{whole_picoseconds(e.tpot), of_step(decoding.given, standing.given)},
          of_step(decoding.low, standing.low),
          of_step(decoding.high, standing.high),
          e.fidelity,
          e.exact};
}

StepTable structure_steps(StructureModel& model, StepGrid points) {
  const TransformerSpec& network = model.network();
  for (const Index batch : points.batches) {
    for (const Index position : points.positions) {
      const Estimate prompt = model.estimate({position, 1, batch, {}});
      const DecodeStep step = decode_step(model, context_for(network, position + 1), batch);
      points.prefill.push_back({whole_picoseconds(prompt.makespan), prompt.energy});
      points.decode.push_back(step.cost);
      add_once(times_are(prompt.fidelity, prompt.exact), points.prefill_are);
      add_once(times_are(step.fidelity, step.exact), points.decode_are);
      points.idle = energy_of(prompt, "static").given / prompt.makespan;
    }
  }
  const Index last = std::min(points.positions.back(), network.context - 1);
  points.kv_capacity = model.kv_capacity({last, 1, points.batches.back(), {}});
  return StepTable(std::move(points));
}

}  // namespace ohm
