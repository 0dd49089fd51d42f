// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate_steps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "mapping/attention/engine_share.h"
#include "mapping/attention/kv_place.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/system/memory_load.h"

namespace ohm {
namespace {

Seconds seconds(double picoseconds) {
  return Seconds(picoseconds * 1e-12);
}

/// The memory of keys and values draws power where they lie in it.
void book_kv_background(const Mapping& mapping, Estimate& result) {
  if (result.request.kv_memory < 0) return;
  const DramSpec& memory = kv_memory(mapping.chip.spec, result.request);
  if (memory.background.si() == 0.0) return;
  result.ledger.book(
      {"kv_memory_background", "", -1, "static"},
      background_cost(memory, static_cast<double>(mapping.chip.n_drams()) * result.makespan));
}

/// The first chip's memory, or the nearest, holds them.
std::vector<double> weights_by_chip(const Mapping& mapping) {
  std::vector<double> in_chip(static_cast<size_t>(mapping.chip.mesh.n_chips()), 0.0);
  const std::int64_t bytes = mapping.weights_in_dram();
  if (bytes == 0) return in_chip;
  for (const auto& [chip, share] : memory_load(mapping.chip, {0}).drams) {
    in_chip[static_cast<size_t>(chip)] = share * static_cast<double>(bytes);
  }
  return in_chip;
}

/// In the layer whose arrays hold the fewest.
Index fewest_engine_positions(const Mapping& mapping) {
  Index fewest = std::numeric_limits<Index>::max();
  for (int layer = 0; layer < mapping.network.spec.layers_of_both_stacks(); ++layer) {
    fewest = std::min(fewest, engine_positions(mapping, layer));
  }
  return fewest;
}

/// Deals out keys and values of a layer to the memories of its tiles.
void add_keys(const Mapping& mapping, Index layer, double bytes, std::vector<double>& in_chip) {
  const AttentionSite& site = mapping.placement.attention[static_cast<size_t>(layer)];
  for (const auto& [chip, share] : memory_load(mapping.chip, site.tiles).drams) {
    in_chip[static_cast<size_t>(chip)] += share * bytes;
  }
}

void book_idle_links(const Mapping& mapping, Estimate& result) {
  for (Index k = 0; k < mapping.chip.n_edge_kinds(); ++k) {
    const EdgeKind& edge = mapping.chip.edges[static_cast<size_t>(k)];
    const LinkSpec& link = edge.link;
    if (link.static_power.si() == 0.0 || mapping.chip.n_links(k) == 0) continue;
    result.ledger.book(
        {link_component(edge.level), "", -1, "static"},
        energy_of(mapping.chip.n_links(k), link.static_power * result.makespan, link.source));
  }
}

}  // namespace

void require_memory(const Mapping& mapping, const Spilled& spilled, const Request& request) {
  const DramSpec& dram = kv_memory(mapping.chip.spec, request);
  if (spilled.fullest <= dram.capacity.si()) return;
  const bool weights = request.kv_memory < 0 && mapping.weights_in_dram() > 0;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} GB of {}keys and values beyond the buffers{}; the {} of "
      "chip {} holds "
      "{:.3g} GB: lower batch, prompt or kv_bits",
      mapping.network.spec.name, spilled.fullest / 1e9, weights ? "digital matrices and " : "",
      mapping.chip.mesh.n_chips() > 1 ? " of one chip" : "",
      request.kv_memory < 0 ? "DRAM" : "memory " + dram.name, mapping.chip.spec.name,
      dram.capacity.si() / 1e9));
}

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

Joules leakage_of(const Ledger& ledger) {
  Joules sum;
  for (const auto& [leaf, cost] : ledger.leaves()) {
    if (leaf.component == "leakage" || leaf.component == "leakage_gated") sum += cost.energy;
  }
  return sum;
}

void book_static(const Mapping& mapping, const Schedule& worked, Estimate& result) {
  book_leakage(mapping, worked, result.ledger);
  book_background(mapping, worked, result.ledger);
  book_kv_background(mapping, result);
  book_idle_links(mapping, result);
  result.leakage_energy = leakage_of(result.ledger);
  book_parts(mapping, worked, result.ledger);
  book_area(mapping, result.ledger);
}

void fill_gating(const Mapping& mapping, Estimate& result) {
  if (result.schedule.gated.off.empty()) return;
  const Gated& gated = result.schedule.gated;
  result.break_even = longest_break_even(mapping.chip);
  result.wake_ups = gated.wake_ups;
  result.gated_share = gated.off_time() / (static_cast<double>(gated.off.size()) *
                                           static_cast<double>(result.schedule.makespan));
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
  result.latency = latency_of(s.outputs, request, s.makespan);
}

void fill_energy(Estimate& result) {
  const Cost total = result.ledger.total();
  const Request& request = result.request;
  const Index tokens = request.batch * (request.decoder ? request.generate : request.prompt);
  result.energy = total.energy;
  result.energy_low = total.energy_low;
  result.energy_high = total.energy_high;
  result.energy_per_token = total.energy / static_cast<double>(tokens);
  result.tokens_per_j = 1.0 / result.energy_per_token.si();
  result.power = total.energy / result.makespan;
  result.area = total.area;
}

void check_activity(const Network& network, const Workload& workload) {
  const size_t given = workload.activity.size();
  if (given <= 1 || given == network.matmuls.size()) return;
  throw ArgumentError(
      fmt::format("activity: {} entries; expected one per matrix, {}, or one for all", given,
                  network.matmuls.size()));
}

Workload with_activity(Workload workload, const MacroSpec& macro) {
  if (workload.activity.empty()) workload.activity = {assumed_statistics(macro)};
  return workload;
}

Workload with_activity(Workload workload, const Mapping& mapping) {
  const ChipSpec& spec = mapping.chip.spec;
  if (spec.macros.empty() || !workload.activity.empty()) {
    return with_activity(std::move(workload), spec.macro);
  }
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    workload.activity.push_back(assumed_statistics(macro_of(matmul, spec)));
  }
  return workload;
}

std::int64_t kv_in_dram(const Mapping& mapping, Index vertex, const Request& request) {
  if (mapping.network.op(vertex).kind != OpKind::attention_scores) return 0;
  if (!is_planned(mapping.network, vertex, request)) return 0;
  const Index held = held_positions(mapping.network, vertex, request);
  const Index beyond = std::max<Index>(0, held - buffered_positions(mapping, vertex, request));
  return beyond * request.batch * kv_bytes_per_position(mapping);
}

double kv_per_token(const Mapping& mapping, Index vertex, const Request& request) {
  const Network& network = mapping.network;
  const Request pass = reads_source(network, vertex) ? first_stack_of(request) : request;
  const auto bytes = static_cast<double>(kv_in_dram(mapping, vertex, pass));
  if (bytes == 0.0) return 0.0;
  const double stored = static_cast<double>(seen_by(network, vertex, pass).tokens()) /
                        static_cast<double>(request.tokens_of_both_stacks());
  return stored * bytes / static_cast<double>(pass.batch * held_positions(network, vertex, pass));
}

Spilled kv_in_dram(const Mapping& mapping, const Request& request) {
  Spilled spilled;
  std::vector<double> in_chip(static_cast<size_t>(mapping.chip.mesh.n_chips()), 0.0);
  std::vector<double> written = in_chip;
  for (const Index vertex : mapping.network.order) {
    const std::int64_t bytes = kv_in_dram(mapping, vertex, request);
    const double per_token = kv_per_token(mapping, vertex, request);
    if (per_token == 0.0) continue;
    spilled.total += bytes;
    const Index layer = mapping.network.op(vertex).layer;
    add_keys(mapping, layer, static_cast<double>(bytes), in_chip);
    add_keys(mapping, layer, per_token, written);
  }
  spilled.per_token = *std::max_element(written.begin(), written.end());
  spilled.fullest = spilled.keys = *std::max_element(in_chip.begin(), in_chip.end());
  if (request.kv_memory >= 0) return spilled;
  const std::vector<double> weights = weights_by_chip(mapping);
  for (size_t chip = 0; chip < weights.size(); ++chip) {
    spilled.fullest = std::max(spilled.fullest, in_chip[chip] + weights[chip]);
  }
  return spilled;
}

Index kv_capacity(const Mapping& mapping) {
  if (mapping.chip.attention) return fewest_engine_positions(mapping);
  const std::vector<double> weights = weights_by_chip(mapping);
  std::vector<double> per_token(weights.size(), 0.0);
  const TransformerSpec& spec = mapping.network.spec;
  const Index layers = spec.layers_of_both_stacks();
  const Index first = spec.is_decoder() ? layers - spec.caching_layers() : layers;
  for (Index layer = first; layer < layers; ++layer) {
    add_keys(mapping, layer, static_cast<double>(kv_bytes_per_position(mapping)), per_token);
  }
  double tokens = static_cast<double>(std::numeric_limits<Index>::max() / 4);
  for (size_t chip = 0; chip < weights.size(); ++chip) {
    if (per_token[chip] == 0.0) continue;
    const double room = mapping.chip.spec.dram.capacity.si() - weights[chip];
    tokens = std::min(tokens, std::max(0.0, room) / per_token[chip]);
  }
  return static_cast<Index>(tokens);
}

Schedule with_all_experts(const Mapping& mapping, const Request& request, Schedule schedule) {
  const double share = expert_share(mapping.network.spec, request.expert_imbalance);
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].kind != ResourceKind::macros) continue;
    const auto m = static_cast<size_t>(schedule.resources[r].number);
    if (mapping.network.matmuls[m].expert < 0) continue;
    schedule.busy[r] = static_cast<Picoseconds>(static_cast<double>(schedule.busy[r]) / share);
  }
  return schedule;
}

double temporal_utilisation(const Mapping& mapping, const Schedule& schedule, Index arrays) {
  if (arrays == 0) return 0.0;  // everything is digital
  return array_picoseconds(mapping, schedule) /
         (static_cast<double>(arrays) * static_cast<double>(schedule.makespan));
}

}  // namespace ohm
