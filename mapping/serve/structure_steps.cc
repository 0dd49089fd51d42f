// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/structure_steps.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mapping/network/context.h"
#include "mapping/network/parameter_count.h"

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

/// Of a workload of so many outputs, behind the first of them.
DecodeStep step_of(const Estimate& e, Index outputs) {
  const double share = e.tpot / e.makespan, steps = static_cast<double>(outputs - 1);
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

Workload largest_of(const StepGrid& points, const TransformerSpec& network) {
  const Index batch = points.batches.back(), last = points.positions.back();
  if (!points.answers.empty()) return {last, points.answers.back() + 1, batch, {}};
  return {std::min(last, network.context - 1), 1, batch, {}};
}

/// Steps that follow on a prompt, or on each of the answers to a source.
std::vector<DecodeStep> steps_at(StructureModel& model, const StepGrid& points, Index position,
                                 Index batch) {
  if (points.answers.empty()) {
    return {decode_step(model, context_for(model.network(), position + 1), batch)};
  }
  std::vector<DecodeStep> steps;
  for (const Index outputs : points.answers) {
    steps.push_back(answer_step(model, position, outputs, batch));
  }
  return steps;
}

}  // namespace

DecodeStep decode_step(StructureModel& model, Index context, Index batch) {
  const TransformerSpec& network = model.network();
  require_context(network, context, fewest_positions(network));
  const Index start = start_tokens(network), taken = std::min(kOutputs, context - start);
  const Index first = context - taken + 1 - start;  // tokens before the first output
  const Index prompt = std::min(first, network.context);
  return step_of(model.decoding({prompt, taken, batch, {}}, first - prompt), taken);
}

DecodeStep answer_step(StructureModel& model, Index source, Index outputs, Index batch) {
  const Index taken = std::min(kOutputs, outputs + 1);
  return step_of(model.decoding({source, taken, batch, {}}, outputs + 1 - taken), taken);
}

StepTable structure_steps(StructureModel& model, StepGrid points) {
  const TransformerSpec& network = model.network();
  for (const Index batch : points.batches) {
    for (const Index position : points.positions) {
      const Estimate prompt = model.estimate({position, 1, batch, {}});
      points.prefill.push_back({whole_picoseconds(prompt.makespan), prompt.energy});
      add_once(times_are(prompt.fidelity, prompt.exact), points.prefill_are);
      points.idle = energy_of(prompt, "static").given / prompt.makespan;
      for (const DecodeStep& step : steps_at(model, points, position, batch)) {
        points.decode.push_back(step.cost);
        add_once(times_are(step.fidelity, step.exact), points.decode_are);
      }
    }
  }
  points.kv_capacity = model.kv_capacity(largest_of(points, network));
  return StepTable(std::move(points));
}

}  // namespace ohm
