// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/chip_steps.h"
#include "mapping/attention/engine_share.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mapping/network/transformer_spec.h"

namespace ohm {
namespace {

constexpr double kPicosecondsPerSecond = 1e12;

StepCost cost_of(const Estimate& e) {
  return {static_cast<Picoseconds>(std::llround(e.makespan.si() * kPicosecondsPerSecond)),
          e.energy};
}

/// Tokens whose keys and values the attention engine or the DRAM holds; those in buffers come on
/// top and are not counted.
Index kv_capacity(const Mapping& mapping, std::int64_t bytes_per_token) {
  if (mapping.chip.attention) return engine_positions(mapping, 0);
  if (bytes_per_token == 0) return std::numeric_limits<Index>::max() / 2;
  return static_cast<Index>(mapping.chip.spec.dram.capacity.si() /
                            static_cast<double>(bytes_per_token));
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
  const bool decoder = mapping.network.spec.is_decoder();
  for (const Index batch : points.batches) {
    for (const Index position : points.positions) {
      const auto generate = [&](Index tokens) {
        return pricing({position, decoder ? std::optional(tokens) : std::nullopt, batch, {}});
      };
      const Estimate first = generate(1);
      const StepCost prefill = cost_of(first);
      points.prefill.push_back(prefill);
      points.idle = first.leakage_energy / first.makespan;
      points.kv_capacity = kv_capacity(mapping, first.kv_bytes_per_token);
      const StepCost both = decoder ? cost_of(generate(2)) : prefill;
      points.decode.push_back({both.time - prefill.time, both.energy - prefill.energy});
    }
  }
  return StepTable(std::move(points));
}

StepTable chip_steps(const Mapping& mapping, StepGrid points) {
  return chip_steps(mapping, std::move(points),
                    [&](const Workload& workload) { return estimate(mapping, workload, 0); });
}

}  // namespace ohm
