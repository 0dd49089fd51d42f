// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "mapping/estimate/operator_energy.h"
#include "mapping/estimate/phases.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

Seconds seconds(double picoseconds) {
  return Seconds(picoseconds * 1e-12);
}

std::int64_t kv_bytes(const Mapping& mapping) {
  const TransformerSpec& spec = mapping.network.spec;
  return spec.n_layers * bytes_of(2 * spec.kv_width(), mapping.chip.spec.kv_bits);
}

std::int64_t kv_in_dram(const Mapping& mapping, const Request& request) {
  const TransformerSpec& spec = mapping.network.spec;
  std::int64_t total = 0;
  for (int layer = 0; layer < spec.n_layers; ++layer) {
    const Index kept = buffered_positions(mapping, layer, request.batch);
    const Index held = request.tokens() == 0 ? 0 : positions_of(request, request.tokens() - 1);
    total += request.batch * std::max<Index>(0, held - kept) *
             bytes_of(2 * spec.kv_width(), mapping.chip.spec.kv_bits);
  }
  return total;
}

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

void require_memory(const Mapping& mapping, std::int64_t bytes) {
  const DramSpec& dram = mapping.chip.spec.dram;
  if (static_cast<double>(bytes) <= dram.capacity.si()) return;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} GB of keys and values beyond the buffers; the DRAM of chip {} holds "
      "{:.3g} GB: lower batch, prompt or kv_bits",
      mapping.network.spec.name, static_cast<double>(bytes) / 1e9, mapping.chip.spec.name,
      dram.capacity.si() / 1e9));
}

/// Chips published as matrix engines alone have a peak and run nothing.
void require_units(const ChipSpec& chip) {
  std::vector<std::string> missing;
  if (chip.digital.lanes == 0) missing.push_back("no vector lanes");
  if (chip.digital.attention_macs == 0) missing.push_back("no multipliers for attention");
  if (chip.dram.capacity.si() == 0.0) missing.push_back("no memory beside it");
  if (missing.empty()) return;
  throw ArgumentError(fmt::format(
      "chip {}: it has {}, which a network needs; give it a digital unit and a DRAM, such as "
      "digital: digital_22nm and dram: dram_hbm2e",
      chip.name, fmt::join(missing, ", ")));
}

/// What static power takes: powered and gated tiles; wake-ups are not leakage.
Joules leakage_of(const Ledger& ledger) {
  Joules sum;
  for (const auto& [leaf, cost] : ledger.leaves()) {
    if (leaf.component == "leakage" || leaf.component == "leakage_gated") sum += cost.energy;
  }
  return sum;
}

void fill_gating(const Mapping& mapping, Estimate& result) {
  if (result.schedule.gated.off.empty()) return;
  const Gated& gated = result.schedule.gated;
  result.break_even = mapping.chip.power.break_even;
  result.wake_ups = gated.wake_ups;
  result.gated_share = gated.off_time() / (static_cast<double>(gated.off.size()) *
                                           static_cast<double>(result.schedule.makespan));
}

double temporal_utilisation(const Mapping& mapping, const Schedule& schedule) {
  const double arrays = static_cast<double>(mapping.arrangement.arrays);
  return array_picoseconds(mapping, schedule) / (arrays * static_cast<double>(schedule.makespan));
}

double spatial_utilisation(const Mapping& mapping) {
  std::int64_t weights = 0;
  for (const Block& block : mapping.partition.blocks) {
    const auto m = static_cast<size_t>(block.matmul);
    weights += block.rows * block.columns * mapping.arrangement.copies[m];
  }
  const double arrays = static_cast<double>(mapping.arrangement.arrays);
  return static_cast<double>(weights * mapping.chip.cells_per_weight) /
         (arrays * static_cast<double>(mapping.chip.cells_per_macro));
}

void fill_times(Estimate& result) {
  const Schedule& s = result.schedule;
  const Request& request = result.request;
  result.ttft = seconds(static_cast<double>(s.ttft));
  result.tpot = seconds(s.tpot);
  result.makespan = seconds(static_cast<double>(s.makespan));
  result.lower_bound = seconds(static_cast<double>(s.bounds.lower()));
  const Index tokens = request.batch * (request.decoder ? request.generate : request.prompt);
  result.tokens_per_s = static_cast<double>(tokens) / result.makespan.si();
}

void fill_energy(Estimate& result) {
  const Cost total = result.ledger.total();
  const Request& request = result.request;
  const Index tokens = request.batch * (request.decoder ? request.generate : request.prompt);
  result.energy = total.energy;
  result.energy_low = total.energy_low;
  result.energy_high = total.energy_high;
  result.energy_per_token = total.energy / static_cast<double>(tokens);
  result.power = total.energy / result.makespan;
  result.area = total.area;
}

std::vector<std::string> assumptions_of(const Mapping& mapping, const Request& request) {
  std::vector<std::string> list{
      "keys and values are read from the buffers for every token again: no reuse between tokens",
      "buffers between operators are not bounded",
      "DRAM traffic reaches the tiles without loading the mesh and without energy of the network "
      "on chip",
      "a step takes as long as its lanes or its bytes in the buffer do; concurrent steps on one "
      "tile each see the buffer's full bandwidth",
      "routers of switched-off tiles are on and draw nothing",
      "sampling and moving logits off the chip take no time",
      "accuracy computes attention in fp32: kv_bits changes cost, not the score",
      "a vector moves whole: steps of one token do not overlap within an operator",
      "batches share no work: every token passes through every macro by itself",
      "area counts the tiles that hold weights; DRAM and package are not included"};
  if (mapping.chip.spec.dram.background.si() == 0.0) {
    list.push_back("the DRAM states no background power: none is included");
  }
  const TransformerSpec& spec = mapping.network.spec;
  if (spec.gated_ffn) list.push_back("the product with a gate costs what a residual sum costs");
  if (spec.norm == "rmsnorm") list.push_back("rmsnorm costs what layer normalisation costs");
  if (spec.n_kv_heads > 0 && spec.n_kv_heads < spec.n_heads) {
    list.push_back("tiles that share a head of keys and values each hold a copy of it");
  }
  if (spec.weight_levels > 0) {
    list.push_back("weights of few levels are stored as the macro's weights: no smaller cells");
  }
  const MapSpec& map = mapping.chip.spec.map;
  if (map.duplication != "none") {
    list.push_back(
        "copies of a matrix take tokens in turn; the first copy's tile gathers the sums of all, "
        "and "
        "the score is that of one copy");
  }
  if (map.packing != "none") {
    list.push_back(
        "blocks that share an array take turns; the score is that of blocks in arrays of their "
        "own");
  }
  if (spec.lora_rank > 0) list.push_back("low-rank adapters are merged into their matrices");
  if (request.decoder) {
    list.push_back("a decoder's output matrix runs once per generated token only");
  }
  if (mapping.chip.spec.gating.gates_idle_tiles()) {
    list.push_back(
        "tiles are gated before the request and after their last step; bytes that arrive in a "
        "buffer do not wake its tile");
  }
  const double reticles = mapping.chip.area() / mapping.chip.spec.reticle;
  if (reticles > 1.0) {
    list.push_back(
        fmt::format("the chip takes {:.1f} reticles of {:.0f} mm2: links between its dies are "
                    "costed as on chip",
                    reticles, mapping.chip.spec.reticle.si() * 1e6));
  }
  return list;
}

/// Leakage heats the chip, and heat is leakage: both are settled before totals are taken.
void fill_temperature(const Mapping& mapping, Estimate& result) {
  if (!mapping.chip.spec.thermal.given()) return;
  result.temperature = temperature_map(mapping, result.ledger, result.makespan);
  result.ledger = at_temperature(result.ledger, *result.temperature);
  result.leakage_energy = leakage_of(result.ledger);
}

void check_activity(const Network& network, const Workload& workload) {
  const size_t given = workload.activity.size();
  if (given <= 1 || given == network.matmuls.size()) return;
  throw ArgumentError(
      fmt::format("activity: {} entries; expected one per matrix, {}, or one for all", given,
                  network.matmuls.size()));
}

/// What the macro assumes where the workload measured nothing.
Workload with_activity(Workload workload, const MacroSpec& macro) {
  if (workload.activity.empty()) workload.activity = {assumed_statistics(macro)};
  return workload;
}

}  // namespace

Estimate estimate(const Mapping& mapping, const Workload& workload, Index timeline_tokens) {
  require_units(mapping.chip.spec);
  Estimate result;
  result.request = resolve(mapping.network.spec, workload);
  check_activity(mapping.network, workload);
  require_time(mapping, result.request);
  result.kv_bytes_per_token = result.request.decoder ? kv_bytes(mapping) : 0;
  result.kv_bytes_in_dram = kv_in_dram(mapping, result.request);
  require_memory(mapping, result.kv_bytes_in_dram);
  TokenPlan plan = plan_tokens(mapping, result.request);
  plan.gating = gating_rule(mapping, plan);
  result.schedule = schedule(plan, result.request, timeline_tokens);
  fill_times(result);
  book_energy(mapping, result.request, with_activity(workload, mapping.chip.spec.macro),
              result.ledger);
  book_busy(mapping, plan, result.request, result.ledger);
  book_leakage(mapping, result.schedule, result.ledger);
  book_background(mapping, result.schedule, result.ledger);
  result.leakage_energy = leakage_of(result.ledger);
  fill_gating(mapping, result);
  book_parts(mapping, result.schedule, result.ledger);
  book_area(mapping, result.ledger);
  fill_temperature(mapping, result);
  fill_energy(result);
  result.chip_area = mapping.chip.area();
  result.reticles = result.chip_area / mapping.chip.spec.reticle;
  result.macs = macs_of(mapping, result.request);
  result.spatial_utilisation = spatial_utilisation(mapping);
  result.temporal_utilisation = temporal_utilisation(mapping, result.schedule);
  result.assumptions = assumptions_of(mapping, result.request);
  if (result.temperature) {
    for (std::string& each : thermal_assumptions(mapping.chip.spec, *result.temperature)) {
      result.assumptions.push_back(std::move(each));
    }
  }
  if (mapping.chip.spec.yield.given()) {
    result.package = good_package(mapping.chip.spec, result.chip_area);
  }
  return result;
}

}  // namespace ohm
