// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/operator_energy.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "crossbar/cost/mvm_energy.h"
#include "mapping/attention/engine_work.h"
#include "mapping/attention/kv_place.h"
#include "mapping/chip/tile_wires.h"
#include "mapping/estimate/attention_work.h"
#include "mapping/estimate/phases.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/system/memory_load.h"

namespace ohm {
namespace {

/// Books the operators of one phase.
class Booker {
 public:
  Booker(const Mapping& mapping, const Request& request, const Phase& phase, Ledger& ledger)
      : mapping_(mapping),
        spec_(mapping.chip.spec),
        widths_(mapping.chip.widths),
        request_(request),
        phase_(phase),
        ledger_(ledger) {}

  void book_operator(Index vertex, const Workload& workload) {
    if (!is_planned(mapping_.network, vertex, request_)) return;
    op_ = &mapping_.network.op(vertex);
    runs_ = runs_of(mapping_.network, *op_, request_, phase_);
    if (runs_ == 0) return;
    switch (op_->kind) {
      case OpKind::matmul:
        book_matmul(vertex, workload.activity_of(op_->matmul));
        if (matmul().part == "cross_kv") book_source_keys(vertex);
        break;
      case OpKind::embedding:
        book_embedding();
        break;
      case OpKind::attention_scores:
      case OpKind::softmax:
      case OpKind::attention_values:
        book_attention(vertex, attention_work(mapping_, vertex, request_, phase_));
        book_engine(vertex);
        break;
      case OpKind::norm:
        book_elementwise("norm", norm_element(spec_.digital, mapping_.network.spec.norm), vertex);
        break;
      case OpKind::activation:
        book_elementwise("activation", activation_element(spec_.digital, op_->function), vertex);
        break;
      case OpKind::residual:
        book_elementwise("residual", spec_.digital.residual, vertex);
        break;
      case OpKind::rope:
        book_rope(vertex);
        break;
      case OpKind::gate:
        book_elementwise("gate", gate_element(spec_.digital), vertex);
        break;
      case OpKind::routing:
        book_routing();
        break;
      case OpKind::combine:
        book_combine();
        break;
    }
    book_network(vertex);
  }

 private:
  void book(const std::string& component, const Cost& cost) {
    ledger_.book({component, op_->name, op_->layer, phase_.name}, cost);
  }

  void elements(const std::string& component, std::int64_t count, const ElementSpec& each) {
    book(component, element_cost(count, each, spec_.digital));
  }

  void buffer(std::int64_t bytes) {
    const std::string& source = spec_.buffer.source.empty() ? spec_.source : spec_.buffer.source;
    book("buffer", energy_of(bytes, spec_.buffer.energy * Bytes(1.0), source));
  }

  void tile_wires(std::int64_t bytes) {
    const JoulesPerByte each =
        tile_wire_energy(spec_.noc, spec_.macros_per_tile, mapping_.chip.link_length);
    if (each.si() == 0.0) return;
    book("tile_wires", energy_of(bytes, each * Bytes(1.0), spec_.noc.source));
  }

  /// Bytes between DRAM and tiles, over links between chips where the tiles' chips have none.
  void dram(std::int64_t bytes) {
    book("dram", dram_cost(bytes, spec_.dram));
    memory_links(bytes, {0});
  }

  void memory_links(std::int64_t bytes, const std::vector<Index>& tiles) {
    if (spec_.dram_at.empty()) return;
    const MemoryLoad load = memory_load(mapping_.chip, tiles);
    ByEdge crossed{};
    for (size_t k = 0; k < kMostEdgeKinds; ++k) {
      crossed[k] = std::llround(load.crossed[k] * static_cast<double>(bytes));
    }
    book_links(crossed);
  }

  void book_links(const ByEdge& bytes) {
    const std::vector<EdgeKind>& edges = mapping_.chip.edges;
    for (size_t k = 0; k < edges.size(); ++k) {
      if (bytes[k] == 0) continue;
      Cost cost = link_cost(edges[k].link, bytes[k]);
      cost.busy = {};  // booked by the schedule
      book(link_component(edges[k].level), cost);
    }
  }

  void macs(std::int64_t count) { book("attention_mac", mac_cost(count, spec_.digital)); }

  std::int64_t activations(Index n) const { return bytes_of(n, widths_.activation_bits); }

  void book_elementwise(const std::string& component, const ElementSpec& each, Index vertex) {
    const auto operands =
        static_cast<Index>(boost::in_degree(static_cast<size_t>(vertex), mapping_.network.graph));
    elements(component, runs_ * op_->in_features, each);
    buffer(runs_ * (operands + 1) * activations(op_->in_features));
  }

  /// Queries and keys are rotated in place.
  void book_rope(Index vertex) {
    const Index rotated = rotated_elements(mapping_.network, vertex);
    elements("rope", runs_ * rotated, rope_element(spec_.digital));
    buffer(runs_ * 2 * activations(rotated));
  }

  /// Probabilities of all experts, and a comparison of each for every one that is chosen.
  void book_routing() {
    const TransformerSpec& s = mapping_.network.spec;
    elements("softmax", runs_ * s.n_experts, spec_.digital.softmax);
    elements("accumulate", runs_ * s.n_experts * s.experts_per_token, spec_.digital.accumulate);
    buffer(runs_ * 2 * activations(s.n_experts));
  }

  void book_combine() {
    const TransformerSpec& s = mapping_.network.spec;
    const Index terms = s.experts_per_token + s.n_shared_experts;
    elements("combine", runs_ * terms * op_->out_features, combine_element(spec_.digital));
    buffer(runs_ * (terms + 1) * activations(op_->out_features));
  }

  /// Softmax, and what is done to scores before it: see score_cycles().
  void book_scores(Index vertex, std::int64_t scores) {
    const TransformerSpec& s = mapping_.network.spec;
    elements("softmax", scores, spec_.digital.softmax);
    const bool crosses = is_cross_attention(mapping_.network, vertex);
    if (s.positions == "relative" && !crosses) elements("residual", scores, spec_.digital.residual);
    if (s.positions == "alibi") elements("combine", scores, combine_element(spec_.digital));
    if (s.score_cap == 0) return;
    elements("activation", scores, activation_element(spec_.digital, "tanh"));
  }

  void book_embedding() {
    const Index tables = embedding_tables(mapping_.network);
    const Index sums = mapping_.network.spec.is_image() ? tables : tables - 1;
    elements("residual", runs_ * sums * op_->out_features, spec_.digital.residual);
    dram(runs_ * tables * activations(op_->out_features));
    buffer(runs_ * activations(op_->out_features));
  }

  void book_matmul(Index vertex, const InputStatistics& activity) {
    const MatmulSite& site = mapping_.placement.sites[static_cast<size_t>(op_->matmul)];
    const auto inputs = bytes_of(op_->in_features, widths_.of(op_->matmul).input_bits);
    const bool from_dram =
        boost::in_degree(static_cast<size_t>(vertex), mapping_.network.graph) == 0;
    if (from_dram) {
      dram(runs_ * inputs);
    } else {
      elements("quantise", runs_ * op_->in_features, spec_.digital.quantise);
      buffer(runs_ * activations(op_->in_features));
    }
    elements("dequantise", runs_ * op_->out_features, spec_.digital.dequantise);
    buffer(runs_ * activations(op_->out_features));
    if (site.tiles.empty()) return book_digital_head();
    book_macros(activity);
    const Index copies = mapping_.placement.copies(op_->matmul);
    for (Index copy = 0; copy < copies; ++copy) {
      const MatmulSite& each = mapping_.placement.site(op_->matmul, copy);
      std::int64_t bytes = std::ssize(each.tiles) * inputs;
      for (const Index columns : each.columns) {
        bytes += bytes_of(columns, widths_.partial_sum_bits(matmul()));
      }
      buffer(2 * runs_of_copy(copy, copies) * bytes);
      tile_wires(runs_of_copy(copy, copies) * bytes);
    }
    book_accumulation();
  }

  /// Tokens that come to one of the copies of the operator's matrix.
  std::int64_t runs_of_copy(Index copy, Index copies) const {
    Step step;
    step.tokens = tokens_of(mapping_.network, *op_);
    step.turns = copies;
    step.turn = copy;
    return applications_in_batch(step, request_, phase_.first, phase_.last);
  }

  void book_digital_head() {
    const std::int64_t weights = op_->in_features * op_->out_features;
    macs(runs_ * weights);
    dram(runs_ * bytes_of(weights, widths_.of(op_->matmul).weight_bits));
  }

  const StaticMatmul& matmul() const {
    return mapping_.network.matmuls[static_cast<size_t>(op_->matmul)];
  }

  std::map<std::pair<Index, Index>, Index> shapes() const {
    std::map<std::pair<Index, Index>, Index> count;
    auto at = count.end();  // neighbours have one shape, as a rule
    const auto m = static_cast<size_t>(op_->matmul);
    for (Index b = mapping_.partition.first[m]; b < mapping_.partition.first[m + 1]; ++b) {
      const Block& block = mapping_.partition.blocks[static_cast<size_t>(b)];
      const std::pair shape{block.rows, block.columns};
      if (at == count.end() || at->first != shape) at = count.try_emplace(shape, 0).first;
      ++at->second;
    }
    return count;
  }

  void book_macros(const InputStatistics& activity) {
    for (const auto& [shape, blocks] : shapes()) {
      const MvmBlock block{shape.first, shape.second, blocks * runs_};
      const MacroSpec& macro = macro_of(matmul(), spec_);
      const MvmActivity done = expected_activity(macro, block, activity);
      book_parts(mvm_energy(macro, block, done));
    }
  }

  /// One addition for every partial sum but the first of its column.
  void book_accumulation() {
    const Cut cut = cut_of(matmul(), mapping_.chip);
    const Index sums =
        cut.replicas * tile_grid(op_->in_features, op_->out_features, cut.shape).row_tiles;
    if (sums == 1) return;
    elements("accumulate", runs_ * (sums - 1) * op_->out_features, spec_.digital.accumulate);
  }

  void book_attention(Index vertex, const AttentionWork& work) {
    if (work.quantised > 0) elements("quantise", work.quantised, spec_.digital.quantise);
    if (work.macs > 0) macs(work.macs);
    if (work.softmax > 0) book_scores(vertex, work.softmax);
    if (work.accumulated > 0) elements("accumulate", work.accumulated, spec_.digital.accumulate);
    buffer(work.buffer);
    book_memory(work);
  }

  /// Keys and values that the tiles do not hold.
  void book_memory(const AttentionWork& work) {
    if (work.dram == 0) return;
    const DramSpec& memory = kv_memory(spec_, request_);
    const char* component = request_.kv_memory < 0 ? "dram" : "kv_memory";
    if (work.dram_written > 0) book(component, dram_write_cost(work.dram_written, memory));
    if (work.dram > work.dram_written) {
      book(component, dram_cost(work.dram - work.dram_written, memory));
    }
    memory_links(work.dram, mapping_.placement.attention[static_cast<size_t>(op_->layer)].tiles);
  }

  void book_engine(Index vertex) {
    if (!mapping_.chip.attention) return;
    book_parts(engine_energy(mapping_, vertex, request_, phase_));
  }

  void book_source_keys(Index vertex) {
    book_attention(vertex, source_key_work(mapping_, vertex, request_));
    if (mapping_.chip.attention) book_parts(kv_write_energy(mapping_, op_->layer, runs_));
  }

  void book_parts(const std::vector<ComponentCost>& parts) {
    for (const ComponentCost& part : parts) book(part.component, part.cost);
  }

  /// Whether the vertex moves it: what the source's keys take to the heads moves with them.
  bool carries(const Transfer& transfer, Index vertex) const {
    const Network& network = mapping_.network;
    const bool keys = transfer.from >= 0 && is_cross_attention(network, transfer.vertex) &&
                      reads_source(network, transfer.from);
    return (keys ? transfer.from : transfer.vertex) == vertex;
  }

  void book_network(Index vertex) {
    std::int64_t routers = 0, links = 0;
    ByEdge crossings{};
    for (size_t i = 0; i < mapping_.transfers.size(); ++i) {
      const Transfer& transfer = mapping_.transfers[i];
      if (!carries(transfer, vertex)) continue;
      // a residual's operands arrive as often as it runs, an input as often as its matrix
      const Route& way = mapping_.routes[i];
      const std::int64_t runs = runs_of_copy(transfer.copy, transfer.copies);
      routers += runs * way.router_bytes();
      links += runs * way.noc_bytes();
      for (size_t k = 0; k < kMostEdgeKinds; ++k) crossings[k] += runs * way.crossing_bytes[k];
    }
    if (routers == 0) return;
    book_links(crossings);
    book("noc_router", energy_of(routers, spec_.noc.router_energy * Bytes(1.0), spec_.noc.source));
    book("noc_link",
         energy_of(links, spec_.noc.link_energy * mapping_.chip.link_length * Bytes(1.0),
                   spec_.noc.source));
  }

  const Mapping& mapping_;
  const ChipSpec& spec_;
  const Widths& widths_;
  const Request& request_;
  const Phase& phase_;
  Ledger& ledger_;
  const Operator* op_ = nullptr;
  std::int64_t runs_ = 0;
};

std::string busy_component(const Step& step, ResourceKind kind, const char* engine) {
  if (kind == ResourceKind::link || kind >= ResourceKind::dram) return to_string(kind);
  if (kind == ResourceKind::attention) return engine;
  if (step.action == "embed") return "residual";
  if (step.action == "store_sums") return "buffer";
  return step.action == "merge" ? "accumulate" : step.action;
}

}  // namespace

void book_energy(const Mapping& mapping, const Request& request, const Workload& workload,
                 Ledger& ledger) {
  for (const Phase& phase : phases_of(request)) {
    Booker booker(mapping, request, phase, ledger);
    for (const Index vertex : mapping.network.order) booker.book_operator(vertex, workload);
  }
}

void book_busy(const Mapping& mapping, const TokenPlan& plan, const Request& request,
               Ledger& ledger) {
  const char* engine = mapping.chip.attention ? "attention_engine" : "attention_mac";
  for (const Phase& phase : phases_of(request)) {
    for (const Step& step : plan.steps) {
      const Operator& op = mapping.network.op(step.vertex);
      const std::int64_t runs = applications_in_batch(step, request, phase.first, phase.last);
      if (runs == 0) continue;
      std::int64_t growth = 0;
      for (Index t = phase.first; step.growth.per_position > 0 && t <= phase.last; ++t) {
        growth += request.batch * step.occupation(positions_of(request, t));
      }
      std::map<ResourceKind, std::int64_t> busy;
      for (const Claim& claim : step.claims) {
        const ResourceKind kind = plan.resources[static_cast<size_t>(claim.resource)].kind;
        if (kind == ResourceKind::macros || kind == ResourceKind::array) continue;
        busy[kind] += runs * claim.busy + step.grown(claim, growth);
      }
      for (const auto& [kind, picoseconds] : busy) {
        Cost cost;
        cost.busy = Seconds(static_cast<double>(picoseconds) * 1e-12);
        ledger.book({busy_component(step, kind, engine), op.name, op.layer, phase.name}, cost);
      }
    }
  }
}

}  // namespace ohm
