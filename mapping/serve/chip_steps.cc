// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/chip_steps.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mapping/estimate/estimate_steps.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {
namespace {

StepCost cost_of(const Estimate& e) {
  return {whole_picoseconds(e.makespan), e.energy};
}

StepCost difference(const StepCost& more, const StepCost& less) {
  return {more.time - less.time, more.energy - less.energy};
}

}  // namespace

StepGrid step_points(Index max_batch, Index prompt, Index tokens) {
  StepGrid points;
  for (Index batch = 1; batch < max_batch; batch *= 4) points.batches.push_back(batch);
  points.batches.push_back(max_batch);
  points.positions = {prompt, (prompt + tokens) / 2, tokens};
  auto& positions = points.positions;
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return points;
}

StepTable chip_steps(const Mapping& mapping, StepGrid points, const Pricing& pricing) {
  const TransformerSpec& spec = mapping.network.spec;
  for (const Index batch : points.batches) {
    const auto price = [&](Index prompt, std::optional<Index> generate) {
      return cost_of(pricing({prompt, generate, batch, {}}));
    };
    for (const Index position : points.positions) {
      if (!spec.is_decoder()) {
        points.prefill.push_back(price(position, std::nullopt));
        points.decode.emplace_back();
        continue;
      }
      const StepCost prefill = price(position, 1);
      points.prefill.push_back(prefill);
      // no token follows a full context: the step before it stands for that point
      const Index before = std::clamp<Index>(position, 1, std::max<Index>(1, spec.context - 1));
      points.decode.push_back(
          spec.context == 1
              ? StepCost{}
              : difference(price(before, 2), before == position ? prefill : price(before, 1)));
    }
  }
  points.idle = idle_power(mapping);
  points.kv_capacity = kv_capacity(mapping);
  return StepTable(std::move(points));
}

StepTable chip_steps(const Mapping& mapping, StepGrid points) {
  return chip_steps(mapping, std::move(points),
                    [&](const Workload& workload) { return estimate(mapping, workload, 0); });
}

}  // namespace ohm
