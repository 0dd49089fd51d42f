// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "mapping/attention/engine_request.h"
#include "mapping/estimate/assumptions.h"
#include "mapping/estimate/estimate_steps.h"
#include "mapping/estimate/kv_result.h"
#include "mapping/estimate/operator_energy.h"
#include "mapping/estimate/phases.h"
#include "mapping/estimate/power_density.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/append.h"
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
  std::int64_t cells = 0, cells_of_arrays = 0;
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    cells +=
        mapping.arrangement.copies[static_cast<size_t>(matmul.id)] * cells_of(matmul, mapping.chip);
  }
  for (Index array = 0; array < mapping.arrangement.arrays; ++array) {
    cells_of_arrays += mapping.chip.kind(mapping.arrangement.kind_of(array)).cells_per_macro;
  }
  if (cells_of_arrays == 0) return 0.0;  // everything is digital
  return static_cast<double>(cells) / static_cast<double>(cells_of_arrays);
}

/// Leakage heats the chip, and heat is leakage: both are settled before totals are taken.
void fill_temperature(const Mapping& mapping, Estimate& result) {
  if (!mapping.chip.spec.thermal.given()) return;
  result.temperature = temperature_map(mapping, result.ledger, result.makespan);
  result.ledger = at_temperature(result.ledger, *result.temperature);
  result.leakage_energy = leakage_of(result.ledger);
}

/// What the ledger says, once it is complete.
void fill_costs(const Mapping& mapping, const Schedule& worked, Estimate& result) {
  book_static(mapping, worked, result);
  fill_gating(mapping, result);
  fill_temperature(mapping, result);
  fill_energy(result);
  result.chips = mapping.chip.mesh.n_chips();
  result.chip_area = mapping.chip.area();
  result.reticles = result.chip_area / mapping.chip.spec.reticle;
  result.spatial_utilisation = spatial_utilisation(mapping);
  result.temporal_utilisation = temporal_utilisation(mapping, worked, mapping.arrangement.arrays);
  result.dies = die_costs(mapping.chip);
  if (mapping.chip.spec.yield.given()) {
    result.package = good_package(mapping.chip.spec, result.chip_area);
  }
}

void fill_buffers(const Mapping& mapping, const TokenPlan& plan, const Schedule& times,
                  const Request& pass, Estimate& result) {
  if (plan.space.empty()) return;
  const BufferUse use = buffer_use(plan, pass, times, [](Index) { return Index{1}; });
  result.buffers = both(result.buffers.value_or(BufferUse{}), use);
  book_spills(mapping, plan, pass, result.ledger);
}

void fill_assumptions(const Mapping& mapping, Estimate& result) {
  result.assumptions = assumptions_of(mapping, result.request);
  const std::string peak = peak_power_warning(mapping.chip, result);
  if (!peak.empty()) result.assumptions.push_back(peak);
  if (!result.temperature) return;
  for (std::string& each : thermal_assumptions(mapping.chip.spec, *result.temperature)) {
    result.assumptions.push_back(std::move(each));
  }
}

}  // namespace

Estimate estimate(const Mapping& mapping, const Workload& workload, Index timeline_tokens) {
  require_units(mapping.chip.spec);
  Estimate result;
  result.request = resolve_on(mapping.chip.spec, mapping.network.spec, workload);
  check_activity(mapping.network, workload);
  require_time(mapping, result.request);
  if (result.request.decoder) {
    result.kv_bytes_per_token =
        mapping.network.spec.caching_layers() * kv_bytes_per_position(mapping);
  }
  require_engine(mapping, result.request);
  fill_kv_place(mapping.chip.spec, result,
                [&](const Request& request) { return kv_in_dram(mapping, request).keys; });
  const Spilled spilled = kv_in_dram(mapping, result.request);
  result.kv_bytes_in_dram = spilled.total;
  require_memory(mapping, spilled, result.request);
  for (const Request& pass : passes_of(result.request)) {
    TokenPlan plan = plan_tokens(mapping, pass);
    plan.gating = gating_rule(mapping, plan);
    plan.gating.before = result.schedule.gated.after;
    Schedule times = schedule(plan, pass, timeline_tokens);
    fill_buffers(mapping, plan, times, pass, result);
    append(std::move(times), result.schedule);
    book_energy(mapping, pass, with_activity(workload, mapping), result.ledger);
    book_busy(mapping, plan, pass, result.ledger);
    result.macs += macs_of(mapping, pass);
  }
  fill_times(result);
  fill_kv_lifetime(mapping, spilled.per_token, result);
  result.experts_touched =
      distinct_experts(mapping.network.spec, static_cast<double>(result.request.batch));
  fill_costs(mapping, with_all_experts(mapping, result.request, result.schedule), result);
  fill_assumptions(mapping, result);
  return result;
}

}  // namespace ohm
