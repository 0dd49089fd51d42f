// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/operator_energy.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/mvm_energy.h"
#include "crossbar/cost/part_cost.h"
#include "mapping/chip/tile_wires.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/system/memory_load.h"

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

  /// Bytes between DRAM and tiles, over links between chips where the tiles' chips have none.
  void dram(std::int64_t bytes, const std::vector<Index>& tiles = {0}) {
    book("dram", dram_cost(bytes, spec_.dram));
    if (spec_.dram_at.empty()) return;
    const MemoryLoad load = memory_load(mapping_.chip, tiles);
    ByLevel crossed{};
    for (size_t k = 0; k < kMostLevels; ++k) {
      crossed[k] = std::llround(load.crossed[k] * static_cast<double>(bytes));
    }
    book_links(crossed);
  }

  void book_links(const ByLevel& bytes) {
    for (size_t k = 0; k < spec_.system.size(); ++k) {
      if (bytes[k] == 0) continue;
      Cost cost = link_cost(spec_.system[k].link, bytes[k]);
      cost.busy = {};  // booked by the schedule
      book(link_component(static_cast<Index>(k)), cost);
    }
  }

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
    std::int64_t sums = 0;
    for (const Index columns : site.columns) {
      sums += bytes_of(columns, widths_.partial_sum_bits(op_->in_features));
    }
    buffer(2 * runs_ * (std::ssize(site.tiles) * inputs + sums));
    tile_wires(runs_ * (std::ssize(site.tiles) * inputs + sums));
    book_accumulation();
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

  const AttentionSite& attention() const {
    return mapping_.placement.attention[static_cast<size_t>(op_->layer)];
  }

  /// Keys (or values) of one position in all tiles that hold them.
  std::int64_t key_bytes() const {
    return bytes_of(attention().kv_copies * mapping_.network.spec.head_size(), widths_.kv_bits);
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
    if (spilled > 0 || p.beyond > 0) dram((2 * spilled + p.beyond) * key, attention().tiles);
  }

  void book_softmax() {
    const std::int64_t scores = positions().total * mapping_.network.spec.n_heads;
    elements("softmax", scores, spec_.digital.softmax);
    buffer(2 * scores * widths_.activation_bits / 8);
  }

  void book_values(Index vertex) {
    const Positions p = positions();
    const auto value = key_bytes();
    const AttentionSite& site = attention();
    macs(p.total * query_width());
    buffer((p.total - p.beyond) * value +
           p.total * mapping_.network.spec.n_heads * widths_.activation_bits / 8 +
           runs_ * activations(mapping_.network.op(vertex).out_features));
    if (p.beyond > 0) dram(p.beyond * value, attention().tiles);
    if (site.tiles_per_head > 1) {
      elements("accumulate", runs_ * site.tiles_per_head * query_width(), spec_.digital.accumulate);
    }
  }

  void book_network(Index vertex) {
    std::int64_t routers = 0, links = 0;
    ByLevel crossings{};
    for (size_t i = 0; i < mapping_.transfers.size(); ++i) {
      if (mapping_.transfers[i].vertex != vertex) continue;
      // a residual's operands arrive as often as it runs, an input as often as its matrix
      routers += runs_ * mapping_.routes[i].router_bytes();
      links += runs_ * mapping_.routes[i].noc_bytes();
      for (size_t k = 0; k < kMostLevels; ++k) {
        crossings[k] += runs_ * mapping_.routes[i].crossing_bytes[k];
      }
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

std::string busy_component(const Step& step, ResourceKind kind) {
  if (kind == ResourceKind::link || kind >= ResourceKind::dram) return to_string(kind);
  if (kind == ResourceKind::attention) return "attention_mac";
  if (step.action == "embed") return "residual";
  if (step.action == "store_sums") return "buffer";
  return step.action == "merge" ? "accumulate" : step.action;
}

Cost scaled(const Cost& each, double n) {
  Cost cost = each;
  cost.count = 0;  // an area is no action
  cost.area = n * each.area;
  cost.area_low = n * each.area_low;
  cost.area_high = n * each.area_high;
  return cost;
}

Seconds macro_time(const Mapping& mapping, const Schedule& schedule) {
  double picoseconds = 0.0;
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].kind != ResourceKind::macros) continue;
    picoseconds += static_cast<double>(schedule.busy[r]) *
                   static_cast<double>(mapping.partition.size(schedule.resources[r].number));
  }
  return Seconds(picoseconds * 1e-12);
}

Cost area_of(double n, SquareMetres each, const std::string& source) {
  Cost cost;
  cost.area = cost.area_low = cost.area_high = n * each;
  cost.source = source;
  return cost;
}

}  // namespace

std::vector<Phase> phases_of(const Request& request) {
  if (!request.decoder) return {{"encoder", 0, request.prompt - 1}};
  std::vector<Phase> phases{{"prefill", 0, request.prompt - 1}};
  if (request.generate > 1) phases.push_back({"decode", request.prompt, request.tokens() - 1});
  return phases;
}

std::int64_t runs_of(const Network& network, const Operator& op, const Request& request,
                     const Phase& phase) {
  Step step;
  step.tokens = tokens_of(network, op);
  return request.batch * applications(step, request, phase.first, phase.last);
}

std::int64_t macs_of(const Mapping& mapping, const Request& request) {
  std::int64_t total = 0;
  for (const Index vertex : mapping.network.order) {
    const Operator& op = mapping.network.op(vertex);
    for (const Phase& phase : phases_of(request)) {
      const std::int64_t runs = runs_of(mapping.network, op, request, phase);
      if (op.kind == OpKind::attention_scores || op.kind == OpKind::attention_values) {
        total += request.batch * attended_positions(request, phase.first, phase.last) *
                 mapping.network.spec.query_width();
      }
      if (op.matmul < 0) continue;
      const auto m = static_cast<size_t>(op.matmul);
      if (mapping.partition.size(op.matmul) == 0) total += runs * op.in_features * op.out_features;
      for (Index b = mapping.partition.first[m]; b < mapping.partition.first[m + 1]; ++b) {
        const Block& block = mapping.partition.blocks[static_cast<size_t>(b)];
        total += runs * block.rows * block.columns;
      }
    }
  }
  return total;
}

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
      const std::int64_t runs =
          request.batch * applications(step, request, phase.first, phase.last);
      if (runs == 0) continue;
      std::int64_t growth = 0;
      for (Index t = phase.first; step.growth.per_position > 0 && t <= phase.last; ++t) {
        growth += request.batch * step.occupation(positions_of(request, t));
      }
      for (const Claim& claim : step.claims) {
        const ResourceKind kind = plan.resources[static_cast<size_t>(claim.resource)].kind;
        if (kind == ResourceKind::macros) continue;
        Cost cost;
        cost.busy = Seconds(static_cast<double>(runs * claim.busy + growth) * 1e-12);
        ledger.book({busy_component(step, kind), op.name, op.layer, phase.name}, cost);
      }
    }
  }
}

void book_parts(const Mapping& mapping, const Schedule& schedule, Ledger& ledger) {
  const ChipSpec& spec = mapping.chip.spec;
  const Technology at = spec.macro.periphery.technology();
  const double worked = macro_time(mapping, schedule).si();
  const double makespan = static_cast<double>(schedule.makespan) * 1e-12;
  const auto tiles = static_cast<double>(mapping.placement.tiles_used);
  const auto book = [&](const std::vector<PartSpec>& parts, double seconds, double longest) {
    for (const ComponentCost& each : part_power(parts, at)) {
      Cost cost = each.cost;  // of one second
      cost.energy_low = seconds * each.cost.energy;
      cost.energy_high = std::max(seconds, longest) * each.cost.energy;
      cost.energy = cost.energy_low;
      cost.busy = Seconds(seconds);
      ledger.book({each.component, "", -1, "static"}, cost);
    }
  };
  const auto cores = static_cast<double>(spec.cores_per_tile());
  book(spec.core.parts, worked / static_cast<double>(spec.core.macros), tiles * cores * makespan);
  book(spec.tile.parts, worked / static_cast<double>(spec.macros_per_tile), tiles * makespan);
  const double each_chip = static_cast<double>(mapping.chip.mesh.n_chips()) * makespan;
  book(spec.parts, each_chip, each_chip);
}

void book_area(const Mapping& mapping, Ledger& ledger) {
  const ChipSpec& spec = mapping.chip.spec;
  const auto tiles = static_cast<double>(mapping.placement.tiles_used);
  const double macros = tiles * static_cast<double>(spec.macros_per_tile);
  for (const ComponentCost& part : macro_area(spec.macro)) {
    ledger.book({part.component, "", -1, "static"}, scaled(part.cost, macros));
  }
  ledger.book({"buffer", "", -1, "static"},
              area_of(tiles, spec.buffer.area,
                      spec.buffer.source.empty() ? spec.source : spec.buffer.source));
  ledger.book({"digital", "", -1, "static"},
              area_of(tiles, spec.digital.area, spec.digital.source));
  ledger.book({"noc_router", "", -1, "static"},
              area_of(tiles, spec.noc.router_area, spec.noc.source));
  const Technology at = spec.macro.periphery.technology();
  const auto book = [&](const std::vector<PartSpec>& parts, double n) {
    for (const ComponentCost& part : part_area(parts, at)) {
      ledger.book({part.component, "", -1, "static"}, scaled(part.cost, n));
    }
  };
  book(spec.core.parts, tiles * static_cast<double>(spec.cores_per_tile()));
  book(spec.tile.parts, tiles);
  book(spec.parts, static_cast<double>(mapping.chip.mesh.n_chips()));
  for (Index k = 0; k < mapping.chip.mesh.n_levels(); ++k) {
    const LinkSpec& link = spec.system[static_cast<size_t>(k)].link;
    if (mapping.chip.link_area(k).si() == 0.0) continue;
    ledger.book({link_component(k), "", -1, "static"},
                area_of(1.0, mapping.chip.link_area(k), link.source));
  }
}

}  // namespace ohm
