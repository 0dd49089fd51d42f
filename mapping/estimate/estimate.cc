// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate.h"

#include <fmt/format.h>

#include <iterator>

#include "core/error.h"
#include "mapping/estimate/estimate_steps.h"
#include "mapping/estimate/operator_energy.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

/// Before anything is allocated: every step of every token is simulated.
void require_time(const Mapping& mapping, const Request& request) {
  constexpr double kMostSteps = 2e7;
  const double steps = static_cast<double>(request.tokens()) * static_cast<double>(request.batch) *
                       static_cast<double>(mapping.network.order.size());
  if (steps <= kMostSteps) return;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} steps (tokens × operators × batch); expected at most {:.3g}: lower "
      "prompt, generate or batch",
      mapping.network.spec.name, steps, kMostSteps));
}

double spatial_utilisation(const Mapping& mapping) {
  std::int64_t weights = 0;
  for (const Block& block : mapping.partition.blocks) weights += block.rows * block.columns;
  const double arrays = static_cast<double>(mapping.partition.blocks.size());
  return static_cast<double>(weights * mapping.chip.cells_per_weight) /
         (arrays * static_cast<double>(mapping.chip.cells_per_macro));
}

}  // namespace

Estimate estimate(const Mapping& mapping, const Workload& workload, Index timeline_tokens) {
  require_units(mapping.chip.spec);
  Estimate result;
  result.request = resolve(mapping.network.spec, workload);
  check_activity(mapping.network, workload);
  require_time(mapping, result.request);
  if (result.request.decoder) {
    result.kv_bytes_per_token =
        mapping.network.spec.caching_layers() * kv_bytes_per_position(mapping);
  }
  for (const Index vertex : mapping.network.order) {
    result.kv_bytes_in_dram += kv_in_dram(mapping, vertex, result.request);
  }
  require_memory(mapping, result.kv_bytes_in_dram);
  for (const Request& pass : passes_of(result.request)) {
    const TokenPlan plan = plan_tokens(mapping, pass);
    append(schedule(plan, pass, timeline_tokens), result.schedule);
    book_energy(mapping, pass, with_activity(workload, mapping.chip.spec.macro), result.ledger);
    book_busy(mapping, plan, pass, result.ledger);
    result.macs += macs_of(mapping, pass);
  }
  fill_times(result);
  book_leakage(mapping, result);
  const Schedule worked = with_all_experts(mapping, result.request, result.schedule);
  book_parts(mapping, worked, result.ledger);
  book_area(mapping, result.ledger);
  fill_energy(result);
  result.chip_area = mapping.chip.area();
  result.reticles = result.chip_area / mapping.chip.spec.reticle;
  result.spatial_utilisation = spatial_utilisation(mapping);
  result.temporal_utilisation = temporal_utilisation(mapping, worked, std::ssize(mapping.partition.blocks));
  result.experts_touched =
      distinct_experts(mapping.network.spec, static_cast<double>(result.request.batch));
  result.assumptions = assumptions_of(mapping, result.request);
  return result;
}

}  // namespace ohm
