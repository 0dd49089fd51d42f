// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/operator_energy.h"

#include <algorithm>
#include <map>
#include <utility>

#include "crossbar/cost/mvm_energy.h"
#include "mapping/chip/tile_wires.h"
#include "mapping/estimate/phases.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

/// Positions attended to in a phase by one sequence, split by where their keys and values lie.
struct Positions {
  std::int64_t total = 0, beyond = 0;
};

Positions positions_in(const Request& request, const Phase& phase, Index kept) {
  Positions sum;
  for (Index t = phase.first; t <= phase.last; ++t) {
    const Index seen = positions_of(request, t);
    sum.total += seen;
    sum.beyond += std::max<Index>(0, seen - kept);
  }
  return sum;
}

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
    op_ = &mapping_.network.op(vertex);
    runs_ = runs_of(mapping_.network, *op_, request_, phase_);
    if (runs_ == 0) return;
    switch (op_->kind) {
      case OpKind::matmul:
        book_matmul(vertex, workload.activity_of(op_->matmul));
        break;
      case OpKind::embedding:
        book_embedding();
        break;
      case OpKind::attention_scores:
        book_scores();
        break;
      case OpKind::softmax:
        book_softmax();
        break;
      case OpKind::attention_values:
        book_values(vertex);
        break;
      case OpKind::norm:
        book_elementwise("norm", spec_.digital.norm, vertex);
        break;
      case OpKind::activation:
        book_elementwise("activation", activation_element(spec_.digital, op_->function), vertex);
        break;
      case OpKind::residual:
        book_elementwise("residual", spec_.digital.residual, vertex);
        break;
      case OpKind::rope:
        book_rope();
        break;
      case OpKind::gate:
        book_elementwise("gate", spec_.digital.residual, vertex);
        break;
      case OpKind::routing:
      case OpKind::combine:
        break;  // require_mappable() refuses experts
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

  void dram(std::int64_t bytes) { book("dram", dram_cost(bytes, spec_.dram)); }

  void macs(std::int64_t count) { book("attention_mac", mac_cost(count, spec_.digital)); }

  std::int64_t activations(Index n) const { return bytes_of(n, widths_.activation_bits); }

  void book_elementwise(const std::string& component, const ElementSpec& each, Index vertex) {
    const auto operands =
        static_cast<Index>(boost::in_degree(static_cast<size_t>(vertex), mapping_.network.graph));
    elements(component, runs_ * op_->out_features, each);
    buffer(runs_ * (operands + 1) * activations(op_->out_features));
  }

  /// Queries and keys are rotated in place.
  void book_rope() {
    const TransformerSpec& s = mapping_.network.spec;
    const Index rotated = s.query_width() + s.kv_width();
    elements("rope", runs_ * rotated, rope_element(spec_.digital));
    buffer(runs_ * 2 * activations(rotated));
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
    const auto inputs = bytes_of(op_->in_features, widths_.input_bits);
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
        bytes += bytes_of(columns, widths_.partial_sum_bits(op_->in_features));
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
    dram(runs_ * bytes_of(weights, widths_.weight_bits));
  }

  std::map<std::pair<Index, Index>, Index> shapes() const {
    std::map<std::pair<Index, Index>, Index> count;
    const auto m = static_cast<size_t>(op_->matmul);
    for (Index b = mapping_.partition.first[m]; b < mapping_.partition.first[m + 1]; ++b) {
      const Block& block = mapping_.partition.blocks[static_cast<size_t>(b)];
      ++count[{block.rows, block.columns}];
    }
    return count;
  }

  void book_macros(const InputStatistics& activity) {
    for (const auto& [shape, blocks] : shapes()) {
      const MvmBlock block{shape.first, shape.second, blocks * runs_};
      const MvmActivity done = expected_activity(spec_.macro, block, activity);
      for (const ComponentCost& part : mvm_energy(spec_.macro, block, done)) {
        book(part.component, part.cost);
      }
    }
  }

  /// One addition for every partial sum but the first of its column.
  void book_accumulation() {
    const TileGrid grid = tile_grid(op_->in_features, op_->out_features, mapping_.chip.shape);
    if (grid.row_tiles == 1) return;
    elements("accumulate", runs_ * (grid.row_tiles - 1) * op_->out_features,
             spec_.digital.accumulate);
  }

  Positions positions() const {
    const Index kept = buffered_positions(mapping_, op_->layer, request_.batch);
    Positions sum = positions_in(request_, phase_, kept);
    sum.total *= request_.batch;
    sum.beyond *= request_.batch;
    return sum;
  }

  Index query_width() const { return mapping_.network.spec.query_width(); }

  /// Keys (or values) of one position in all tiles that hold them.
  std::int64_t key_bytes() const {
    const AttentionSite& site = mapping_.placement.attention[static_cast<size_t>(op_->layer)];
    return bytes_of(site.kv_copies * mapping_.network.spec.head_size(), widths_.kv_bits);
  }

  /// Keys (or values) of one position in DRAM, where they are once.
  std::int64_t stored_bytes() const {
    return bytes_of(mapping_.network.spec.kv_width(), widths_.kv_bits);
  }

  void book_scores() {
    const Positions p = positions();
    const Index kept = buffered_positions(mapping_, op_->layer, request_.batch);
    const std::int64_t spilled =
        request_.window > 0 && kept >= request_.window
            ? 0
            : request_.batch * std::max<Index>(0, phase_.last + 1 - std::max(kept, phase_.first));
    const auto query = bytes_of(query_width(), widths_.kv_bits), key = key_bytes();
    elements("quantise", runs_ * op_->in_features, spec_.digital.quantise);
    macs(p.total * query_width());
    buffer(runs_ * activations(op_->in_features) + 2 * runs_ * query + 2 * (runs_ - spilled) * key +
           (p.total - p.beyond) * key);
    if (spilled > 0 || p.beyond > 0) dram((2 * spilled + p.beyond) * stored_bytes());
  }

  void book_softmax() {
    const std::int64_t scores = positions().total * mapping_.network.spec.n_heads;
    elements("softmax", scores, spec_.digital.softmax);
    buffer(2 * scores * widths_.activation_bits / 8);
  }

  void book_values(Index vertex) {
    const Positions p = positions();
    const auto value = key_bytes();
    const AttentionSite& site = mapping_.placement.attention[static_cast<size_t>(op_->layer)];
    macs(p.total * query_width());
    buffer((p.total - p.beyond) * value +
           p.total * mapping_.network.spec.n_heads * widths_.activation_bits / 8 +
           runs_ * activations(mapping_.network.op(vertex).out_features));
    if (p.beyond > 0) dram(p.beyond * stored_bytes());
    if (site.tiles_per_head > 1) {
      elements("accumulate", runs_ * site.tiles_per_head * query_width(), spec_.digital.accumulate);
    }
  }

  void book_network(Index vertex) {
    std::int64_t routers = 0, links = 0;
    for (size_t i = 0; i < mapping_.transfers.size(); ++i) {
      if (mapping_.transfers[i].vertex != vertex) continue;
      // a residual's operands arrive as often as it runs, an input as often as its matrix
      const std::int64_t runs =
          runs_of_copy(mapping_.transfers[i].copy, mapping_.transfers[i].copies);
      routers += runs * mapping_.routes[i].router_bytes();
      links += runs * mapping_.routes[i].link_bytes;
    }
    if (links == 0) return;
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

std::string busy_component(const Step& step, ResourceKind kind) {
  if (kind == ResourceKind::link || kind == ResourceKind::dram) return to_string(kind);
  if (kind == ResourceKind::attention) return "attention_mac";
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
  for (const Phase& phase : phases_of(request)) {
    for (const Step& step : plan.steps) {
      const Operator& op = mapping.network.op(step.vertex);
      const std::int64_t runs = applications_in_batch(step, request, phase.first, phase.last);
      if (runs == 0) continue;
      std::int64_t growth = 0;
      for (Index t = phase.first; step.growth.per_position > 0 && t <= phase.last; ++t) {
        growth += request.batch * step.occupation(positions_of(request, t));
      }
      for (const Claim& claim : step.claims) {
        const ResourceKind kind = plan.resources[static_cast<size_t>(claim.resource)].kind;
        if (kind == ResourceKind::macros || kind == ResourceKind::array) continue;
        Cost cost;
        cost.busy = Seconds(static_cast<double>(runs * claim.busy + growth) * 1e-12);
        ledger.book({busy_component(step, kind), op.name, op.layer, phase.name}, cost);
      }
    }
  }
}

}  // namespace ohm
