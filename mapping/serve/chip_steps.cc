// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/chip_steps.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "mapping/estimate/estimate_steps.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/network/context.h"
#include "mapping/network/parameter_count.h"

namespace ohm {
namespace {

StepCost cost_of(const Estimate& e) {
  return {whole_picoseconds(e.makespan), e.energy};
}

StepCost difference(const StepCost& more, const StepCost& less) {
  return {more.time - less.time, more.energy - less.energy};
}

/// The ends of a range and its middle, each once.
std::vector<Index> three_of(Index first, Index last) {
  std::vector<Index> points{first, (first + last) / 2, last};
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

/// Passes of one batch.
class Prices {
 public:
  Prices(const TransformerSpec& network, const Pricing& pricing, Index batch)
      : network_(network), pricing_(pricing), batch_(batch) {}

  StepCost prefill(Index prompt) {
    return network_.is_decoder() ? of(prompt, 1) : of(prompt, std::nullopt);
  }

  /// What follows on so many positions.
  StepCost decode(Index position) {
    if (!network_.is_decoder() || network_.context == 1) return {};
    // no token follows a full context: the step before it stands for that point
    const Index before = std::min(position, network_.context - 1);
    return difference(of(before, 2), of(before, 1));
  }

  /// What follows on so many outputs of a second stack.
  StepCost answer(Index source, Index outputs) {
    return difference(of(source, outputs + 1), of(source, outputs));
  }

 private:
  StepCost of(Index prompt, std::optional<Index> generate) {
    const auto [at, fresh] = known_.try_emplace({prompt, generate});
    if (fresh) at->second = cost_of(pricing_({prompt, generate, batch_, {}}));
    return at->second;
  }

  const TransformerSpec& network_;
  const Pricing& pricing_;
  const Index batch_;
  std::map<std::pair<Index, std::optional<Index>>, StepCost> known_;
};

}  // namespace

Decoding decoding_at(const TransformerSpec& network, Index context) {
  const Index fewest = fewest_positions(network), start = start_tokens(network);
  require_context(network, context, fewest);
  const Index prompt = std::min(context - fewest + 1, network.context);
  return {prompt, context - start - prompt};
}

StepGrid step_points(Index max_batch, Index prompt, Index tokens) {
  StepGrid points;
  for (Index batch = 1; batch < max_batch; batch *= 4) points.batches.push_back(batch);
  points.batches.push_back(max_batch);
  points.positions = three_of(prompt, tokens);
  return points;
}

StepGrid step_points(Index max_batch, Index shortest, Index longest, Index outputs) {
  StepGrid points = step_points(max_batch, shortest, longest);
  points.answers = three_of(1, std::max<Index>(1, outputs - 1));
  return points;
}

StepTable chip_steps(const Mapping& mapping, StepGrid points, const Pricing& pricing) {
  for (const Index batch : points.batches) {
    Prices prices{mapping.network.spec, pricing, batch};
    for (const Index position : points.positions) {
      points.prefill.push_back(prices.prefill(position));
      for (const Index outputs : points.answers) {
        points.decode.push_back(prices.answer(position, outputs));
      }
      if (points.answers.empty()) points.decode.push_back(prices.decode(position));
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
