// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate_steps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

Seconds seconds(double picoseconds) {
  return Seconds(picoseconds * 1e-12);
}

}  // namespace

void require_memory(const Mapping& mapping, std::int64_t bytes) {
  const DramSpec& dram = mapping.chip.spec.dram;
  if (static_cast<double>(bytes) <= dram.capacity.si()) return;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} GB of keys and values beyond the buffers; the DRAM of chip {} holds "
      "{:.3g} GB: lower batch, prompt or kv_bits",
      mapping.network.spec.name, static_cast<double>(bytes) / 1e9, mapping.chip.spec.name,
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

void book_leakage(const Mapping& mapping, Estimate& result) {
  const Chip& chip = mapping.chip;
  const Index tiles = chip.powered_tiles(mapping.placement.tiles_used);
  const Cost cost = energy_of(tiles, chip.tile_leakage * result.makespan,
                              "static power × makespan: macro.periphery, buffer and chip leakage");
  result.leakage_energy = cost.energy;
  result.ledger.book({"leakage", "", -1, "static"}, cost);
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
      "background power of the DRAM is not included",
      "accuracy computes attention in fp32: kv_bits changes cost, not the score",
      "a vector moves whole: steps of one token do not overlap within an operator",
      "batches share no work: every token passes through every macro by itself",
      "area counts the tiles that hold weights; DRAM and package are not included"};
  const TransformerSpec& spec = mapping.network.spec;
  const DigitalSpec& digital = mapping.chip.spec.digital;
  if (spec.gated_ffn && !digital.gate.counts.any()) {
    list.push_back("the product with a gate costs what a residual sum costs");
  }
  if (spec.norm == "rmsnorm" && !digital.rmsnorm.counts.any()) {
    list.push_back("rmsnorm costs what layer normalisation costs");
  }
  if (spec.n_experts > 0) {
    list.push_back(fmt::format(
        "routed experts: a token uses one of each of {} groups of neighbours, whose members take "
        "turns; the busiest works on {:.3g} of the tokens; the middle one stands for its group, "
        "also "
        "for how far messages travel",
        spec.experts_per_token, expert_share(spec, request.expert_imbalance)));
  }
  if (spec.is_latent()) {
    list.push_back(
        "latent attention is absorbed: queries and outputs are folded with kv_b, scores and values "
        "work on one latent per position, of which every tile of heads holds a copy");
  }
  if (spec.n_decoder_layers > 0) {
    list.push_back("the second stack begins when the first has finished for every sequence");
  }
  if (spec.n_kv_heads > 0 && spec.n_kv_heads < spec.n_heads) {
    list.push_back("tiles that share a head of keys and values each hold a copy of it");
  }
  if (spec.weight_levels > 0) {
    list.push_back("weights of few levels are stored as the macro's weights: no smaller cells");
  }
  if (spec.lora_rank > 0) list.push_back("low-rank adapters are merged into their matrices");
  if (request.decoder) {
    list.push_back("a decoder's output matrix runs once per generated token only");
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

std::int64_t kv_in_dram(const Mapping& mapping, Index vertex, const Request& request) {
  if (mapping.network.op(vertex).kind != OpKind::attention_scores) return 0;
  if (!is_planned(mapping.network, vertex, request)) return 0;
  const Index held = held_positions(mapping.network, vertex, request);
  const Index beyond = std::max<Index>(0, held - buffered_positions(mapping, vertex, request));
  return beyond * request.batch * kv_bytes_per_position(mapping);
}

Schedule with_all_experts(const Mapping& mapping, const Request& request, Schedule schedule) {
  const double share = expert_share(mapping.network.spec, request.expert_imbalance);
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].kind != ResourceKind::macros) continue;
    const auto m = static_cast<size_t>(schedule.resources[r].number);
    if (mapping.network.matmuls[m].expert < 0) continue;
    schedule.busy[r] =
        static_cast<Picoseconds>(static_cast<double>(schedule.busy[r]) / share);
  }
  return schedule;
}

double temporal_utilisation(const Mapping& mapping, const Schedule& schedule, Index arrays) {
  double busy = 0.0;
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].kind != ResourceKind::macros) continue;
    busy += static_cast<double>(schedule.busy[r]) *
            static_cast<double>(mapping.partition.size(schedule.resources[r].number));
  }
  return busy / (static_cast<double>(arrays) * static_cast<double>(schedule.makespan));
}

}  // namespace ohm
