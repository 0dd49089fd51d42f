// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/plan_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"

namespace ohm {
namespace {

/// Throws ArgumentError beyond 1e15 ps, so that sums over steps and tokens stay whole numbers.
Picoseconds picoseconds(Seconds time, const std::string& step) {
  constexpr double kLongest = 1e15;
  const double rounded = std::round(time.si() * 1e12);
  if (rounded <= kLongest) return static_cast<Picoseconds>(rounded);
  throw ArgumentError(
      fmt::format("schedule: step {} takes {:.3g} s; expected at most {:.0f} s: raise the clocks "
                  "and bandwidths "
                  "of the chip, or take a smaller network",
                  step, time.si(), kLongest * 1e-12));
}

/// Whole cycles of a clock.
Picoseconds cycles(Index n, Hertz clock, const std::string& step) {
  return picoseconds(Seconds(static_cast<double>(n) / clock.si()), step);
}

Index ceil_divide(Index n, Index by) {
  return n == 0 ? 0 : (n - 1) / by + 1;
}

class Planner {
 public:
  Planner(const Mapping& mapping, const Request& request)
      : mapping_(mapping), spec_(mapping.chip.spec), request_(request) {
    result_of_.assign(mapping.placement.home.size(), -1);
    add_resources();
  }

  TokenPlan plan() {
    for (const Index vertex : mapping_.network.order) add_operator(vertex);
    return std::move(plan_);
  }

 private:
  void add_resources() {
    for (const StaticMatmul& matmul : mapping_.network.matmuls) {
      first_macros_.push_back(std::ssize(plan_.resources));
      plan_.resources.push_back({ResourceKind::macros, matmul.id, matmul.name});
      for (Index copy = 1; copy < mapping_.placement.copies(matmul.id); ++copy) {
        plan_.resources.push_back({ResourceKind::macros, matmul.id,
                                   fmt::format("{} (copy {})", matmul.name, copy), copy});
      }
    }
    const Index tiles = mapping_.chip.mesh.size();
    first_digital_ = std::ssize(plan_.resources);
    for (Index t = 0; t < tiles; ++t) {
      plan_.resources.push_back({ResourceKind::digital, t, fmt::format("digital of tile {}", t)});
    }
    first_attention_ = std::ssize(plan_.resources);
    for (Index t = 0; t < tiles; ++t) {
      plan_.resources.push_back(
          {ResourceKind::attention, t, fmt::format("attention of tile {}", t)});
    }
    first_link_ = std::ssize(plan_.resources);
    for (Index l = 0; l < mapping_.chip.mesh.n_links(); ++l) {
      plan_.resources.push_back({ResourceKind::link, l, fmt::format("noc link {}", l)});
    }
    dram_ = std::ssize(plan_.resources);
    plan_.resources.push_back({ResourceKind::dram, 0, "dram"});
    for (const StoredCopy& copy : mapping_.arrangement.stored) {
      for (const Index array : copy.shared) {
        if (!shared_.try_emplace(array, std::ssize(plan_.resources)).second) continue;
        plan_.resources.push_back(
            {ResourceKind::array, array, fmt::format("shared array {}", array)});
      }
    }
  }

  Index add(Step step) {
    for (const Claim& claim : step.claims) {
      step.latency = std::max(step.latency, claim.offset + claim.busy);
    }
    plan_.steps.push_back(std::move(step));
    return std::ssize(plan_.steps) - 1;
  }

  Step step(Index vertex, const std::string& action, std::vector<Index> after) const {
    Step made;
    made.vertex = vertex;
    made.action = action;
    for (const Index before : after) {
      if (before >= 0) made.after.push_back(before);
    }
    made.tokens = tokens_of(mapping_.network, mapping_.network.op(vertex));
    made.turns = turns_;
    made.turn = turn_;
    return made;
  }

  /// Elements on the lanes of one tile, and the bytes that its buffer moves for them.
  struct Work {
    Index elements = 0, cycles = 1;
    std::int64_t bytes = 0;
  };

  Picoseconds buffer_time(std::int64_t bytes, const std::string& action) const {
    return picoseconds(Bytes(static_cast<double>(bytes)) / spec_.buffer.bandwidth, action);
  }

  Picoseconds duration(const Work& work, const std::string& action) const {
    const Index n = ceil_divide(work.elements, spec_.digital.lanes) * work.cycles;
    return std::max(cycles(n, spec_.digital.clock, action), buffer_time(work.bytes, action));
  }

  /// Bytes of `n` elements between digital operators.
  std::int64_t activations(Index n) const {
    return bytes_of(n, mapping_.chip.widths.activation_bits);
  }

  Index digital(Index vertex, const std::string& action, Index tile, const Work& work,
                std::vector<Index> after) {
    Step made = step(vertex, action, std::move(after));
    made.claims = {{first_digital_ + tile, 0, duration(work, action)}};
    return add(std::move(made));
  }

  /// A long run, or so many scattered pieces.
  Index dram_read(Index vertex, const std::string& action, std::int64_t bytes,
                  std::vector<Index> after, Index pieces = 0) {
    const DramAccess access = pieces > 0 ? DramAccess::scattered : DramAccess::run;
    Step made = step(vertex, action, std::move(after));
    made.claims = {{dram_, 0, picoseconds(occupation(spec_.dram, bytes, access), action)}};
    made.latency =
        picoseconds(access_time(spec_.dram, bytes, access, std::max<Index>(1, pieces)), action);
    return add(std::move(made));
  }

  /// The transfer of this kind into (or out of) `vertex`; returns `after` where no link is crossed.
  Index send(TransferKind kind, Index vertex, Index from, const std::string& action, Index after) {
    for (size_t i = 0; i < mapping_.transfers.size(); ++i) {
      const Transfer& transfer = mapping_.transfers[i];
      if (transfer.kind != kind || transfer.vertex != vertex || transfer.from != from) continue;
      if (transfer.copy != turn_) continue;
      const Route& route = mapping_.routes[i];
      if (route.links.empty()) return after;
      Step made = step(vertex, action, {after});
      const NocSpec& noc = spec_.noc;
      const Index hop = noc.router_cycles + noc.link_cycles;
      Index last = 0;
      for (const LinkLoad& load : route.links) {
        const Index flits = ceil_divide(load.bytes * 8, noc.flit_bits);
        last = std::max(last, load.hops * hop + flits);
        made.claims.push_back({first_link_ + load.link, cycles(load.hops * hop, noc.clock, action),
                               cycles(flits, noc.clock, action), load.behind});
      }
      made.hops = true;
      made.latency = cycles(last + hop - 1, noc.clock, action);
      return add(std::move(made));
    }
    return after;
  }

  std::vector<Index> producers(Index vertex) const {
    std::vector<Index> from;
    const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex), mapping_.network.graph);
    for (auto edge = begin; edge != end; ++edge) {
      from.push_back(static_cast<Index>(boost::source(*edge, mapping_.network.graph)));
    }
    return from;
  }

  Index home(Index vertex) const { return mapping_.placement.home[static_cast<size_t>(vertex)]; }
  Index& result_of(Index vertex) { return result_of_[static_cast<size_t>(vertex)]; }

  void add_operator(Index vertex) {
    const Operator& op = mapping_.network.op(vertex);
    switch (op.kind) {
      case OpKind::matmul:
        return add_matmul(vertex, op);
      case OpKind::attention_scores:
        return add_scores(vertex, op);
      case OpKind::softmax:
        return add_softmax(vertex, op);
      case OpKind::attention_values:
        return add_values(vertex, op);
      case OpKind::embedding:
        return add_embedding(vertex, op);
      case OpKind::norm:
        return add_elementwise(vertex, "norm", spec_.digital.norm);
      case OpKind::activation:
        return add_elementwise(vertex, "activation",
                               activation_element(spec_.digital, op.function));
      case OpKind::residual:
        return add_elementwise(vertex, "residual", spec_.digital.residual);
      case OpKind::rope:
        return add_rope(vertex);
      case OpKind::gate:
        return add_elementwise(vertex, "gate", spec_.digital.residual);
      case OpKind::routing:
      case OpKind::combine:
        return;  // require_mappable() refuses experts
    }
  }

  void add_elementwise(Index vertex, const std::string& action, const ElementSpec& element) {
    std::vector<Index> arrived;
    for (const Index from : producers(vertex)) {
      arrived.push_back(send(TransferKind::activation, vertex, from, "send", result_of(from)));
    }
    const Index n = mapping_.network.op(vertex).out_features;
    const Work work{n, element.cycles, (std::ssize(arrived) + 1) * activations(n)};
    result_of(vertex) = digital(vertex, action, home(vertex), work, std::move(arrived));
  }

  /// Queries and keys are rotated in place.
  void add_rope(Index vertex) {
    const TransformerSpec& s = mapping_.network.spec;
    const Index rotated = s.query_width() + s.kv_width();
    const Work work{rotated, rope_element(spec_.digital).cycles, 2 * activations(rotated)};
    result_of(vertex) =
        digital(vertex, "rope", home(vertex), work, {result_of(producers(vertex).front())});
  }

  void add_embedding(Index vertex, const Operator& op) {
    const Widths& widths = mapping_.chip.widths;
    const auto from = producers(vertex);
    if (!from.empty()) return add_elementwise(vertex, "embed", spec_.digital.residual);
    const Index tables = embedding_tables(mapping_.network);
    const Index row = dram_read(
        vertex, "fetch", tables * bytes_of(op.out_features, widths.activation_bits), {}, tables);
    const Work work{(tables - 1) * op.out_features, spec_.digital.residual.cycles,
                    activations(op.out_features)};
    result_of(vertex) = digital(vertex, "embed", home(vertex), work, {row});
  }

  void add_matmul(Index vertex, const Operator& op) {
    const auto m = static_cast<size_t>(op.matmul);
    const MatmulSite& site = mapping_.placement.sites[m];
    const auto from = producers(vertex);
    const Index producer = from.empty() ? -1 : from.front();
    const Index before =
        producer < 0 ? dram_read(vertex, "fetch",
                                 bytes_of(op.in_features, mapping_.chip.widths.input_bits), {})
                     : digital(vertex, "quantise", home(producer), quantisation(op.in_features),
                               {result_of(producer)});
    if (site.tiles.empty()) {
      const Index sent = send(TransferKind::activation, vertex, producer, "send", before);
      return add_digital_head(vertex, op, sent);
    }
    std::vector<Index> results;
    turns_ = mapping_.placement.copies(op.matmul);
    for (turn_ = 0; turn_ < turns_; ++turn_) {
      const MatmulSite& copy = mapping_.placement.site(op.matmul, turn_);
      const Index arrived = send(TransferKind::input, vertex, producer, "multicast", before);
      const Index sums = add_accumulate(vertex, copy, add_mvm(vertex, op, arrived));
      const Index gathered = send(TransferKind::partial_sums, vertex, -1, "reduce", sums);
      add_dequantise(vertex, op, copy, gathered);
      results.push_back(result_of(vertex));
    }
    turns_ = 1;
    turn_ = 0;
    if (results.size() > 1) result_of(vertex) = add(step(vertex, "join", std::move(results)));
  }

  Work quantisation(Index n) const { return {n, spec_.digital.quantise.cycles, activations(n)}; }

  /// The owner reads the partial sums of all tiles and adds those of the same column.
  void add_dequantise(Index vertex, const Operator& op, const MatmulSite& site, Index before) {
    Index columns = 0;
    std::int64_t received = 0;
    for (const Index each : site.columns) {
      columns += each;
      received += sum_bytes(op, each);
    }
    if (columns > op.out_features) {
      const Work sums{columns - op.out_features, spec_.digital.accumulate.cycles, received};
      before = digital(vertex, "accumulate", site.owner, sums, {before});
      received = 0;
    }
    const Work work{op.out_features, spec_.digital.dequantise.cycles,
                    received + activations(op.out_features)};
    result_of(vertex) = digital(vertex, "dequantise", site.owner, work, {before});
  }

  std::int64_t sum_bytes(const Operator& op, Index columns) const {
    return bytes_of(columns, mapping_.chip.widths.partial_sum_bits(op.in_features));
  }

  void add_digital_head(Index vertex, const Operator& op, Index before) {
    const auto weights =
        bytes_of(op.in_features * op.out_features, mapping_.chip.widths.weight_bits);
    const Index product = dram_read(vertex, "stream_head", weights, {before});
    const Work work{op.out_features, spec_.digital.dequantise.cycles, activations(op.out_features)};
    result_of(vertex) = digital(vertex, "dequantise", home(vertex), work, {product});
  }

  Index add_mvm(Index vertex, const Operator& op, Index before) {
    const MvmTime time = mvm_time(mapping_.chip, mapping_.partition,
                                  mapping_.network.matmuls[static_cast<size_t>(op.matmul)]);
    const Picoseconds load = picoseconds(time.load, "mvm");
    const StoredCopy& copy = mapping_.arrangement.of(op.matmul, turn_);
    const Picoseconds interval = picoseconds(time.interval, "mvm");
    const Picoseconds busy = std::max(load, copy.turns * interval);
    Step made = step(vertex, "mvm", {before});
    made.claims = {{first_macros_[static_cast<size_t>(op.matmul)] + turn_, 0, busy}};
    for (const Index array : copy.shared) made.claims.push_back({shared_.at(array), 0, busy});
    made.latency = load + (copy.turns - 1) * interval + picoseconds(time.latency, "mvm");
    return add(std::move(made));
  }

  /// Each tile adds up its row tiles and writes the sums of its columns.
  Index add_accumulate(Index vertex, const MatmulSite& site, Index before) {
    Step made = step(vertex, "accumulate", {before});
    const Operator& op = mapping_.network.op(vertex);
    Index additions = 0;
    for (size_t i = 0; i < site.tiles.size(); ++i) {
      const Work work{site.sums[i] - site.columns[i], spec_.digital.accumulate.cycles,
                      sum_bytes(op, site.columns[i])};
      additions += work.elements;
      made.claims.push_back({first_digital_ + site.tiles[i], 0, duration(work, made.action)});
    }
    if (additions == 0) made.action = "store_sums";
    return add(std::move(made));
  }

  const AttentionSite& attention(const Operator& op) const {
    return mapping_.placement.attention[static_cast<size_t>(op.layer)];
  }

  /// One pass over keys or values: as fast as the units multiply or the buffer delivers.
  Growth mac_growth(const AttentionSite& site) const {
    const Index macs = site.heads_per_tile * mapping_.network.spec.head_size();
    const auto bytes =
        bytes_of(site.kv_heads_per_tile * mapping_.network.spec.head_size(), spec_.kv_bits);
    const Picoseconds feeding = buffer_time(bytes, "scores");
    const Index n = ceil_divide(macs, spec_.digital.attention_macs);
    return {site.tiles_per_head, std::max(feeding, cycles(n, spec_.digital.clock, "scores")), 0, 0};
  }

  void claim_all(Step& made, const AttentionSite& site, Index first) const {
    for (const Index tile : site.tiles) made.claims.push_back({first + tile, 0, 0});
  }

  void add_scores(Index vertex, const Operator& op) {
    const AttentionSite& site = attention(op);
    const Index qkv = producers(vertex).front();
    const Index integers =
        digital(vertex, "quantise", home(qkv), quantisation(op.in_features), {result_of(qkv)});
    const Index sent = send(TransferKind::heads, vertex, qkv, "scatter", integers);
    Step stored = step(vertex, "store_kv", {sent});
    if (request_.decoder) stored.order = StepOrder::in_order;
    const Index size = mapping_.network.spec.head_size();
    // the query is written and read, key and value are written
    stored.latency = buffer_time(2 * (bytes_of(site.heads_per_tile * size, spec_.kv_bits) +
                                      bytes_of(site.kv_heads_per_tile * size, spec_.kv_bits)),
                                 stored.action);
    const Index kv = add(std::move(stored));
    Step scores = step(vertex, "scores", {kv});
    if (!request_.decoder) {
      scores.order = StepOrder::barrier;
      scores.gate = kv;
    }
    scores.growth = mac_growth(site);
    claim_all(scores, site, first_attention_);
    const Index fetched = add_kv_fetch(vertex, op, kv);
    if (fetched >= 0) scores.after.push_back(fetched);
    result_of(vertex) = add(std::move(scores));
  }

  /// Keys and values that the buffers could not keep; -1 where they keep all.
  Index add_kv_fetch(Index vertex, const Operator& op, Index kv) {
    const Index kept = buffered_positions(mapping_, op.layer, request_.batch);
    if (kept >= positions_of(request_, request_.tokens() - 1)) return -1;
    Step fetch = step(vertex, "fetch_kv", {kv});
    if (!request_.decoder) {
      fetch.order = StepOrder::barrier;
      fetch.gate = kv;
    }
    const auto bytes = bytes_of(2 * mapping_.network.spec.kv_width(), spec_.kv_bits);
    add_kv_spill(vertex, kv, kept, bytes);
    const Picoseconds each =
        picoseconds(occupation(spec_.dram, bytes, DramAccess::run), fetch.action);
    fetch.growth = {1, std::max<Picoseconds>(1, each), kept,
                    picoseconds(spec_.dram.latency, fetch.action)};
    fetch.claims = {{dram_, 0, 0}};
    return add(std::move(fetch));
  }

  /// A token beyond those that the buffers keep writes its own keys and values; nothing waits for
  /// it. Of an encoder, whose tokens all see all positions, each writes its share.
  void add_kv_spill(Index vertex, Index kv, Index kept, std::int64_t bytes) {
    constexpr Index kOnce = Index{1} << 60;  // however many positions lie beyond
    Step spill = step(vertex, "spill_kv", {kv});
    const double share = request_.decoder ? 1.0
                                          : static_cast<double>(request_.prompt - kept) /
                                                static_cast<double>(request_.prompt);
    const Seconds time = share * occupation(spec_.dram, bytes, DramAccess::scattered);
    spill.growth = {kOnce, std::max<Picoseconds>(1, picoseconds(time, spill.action)), kept, 0};
    spill.claims = {{dram_, 0, 0}};
    add(std::move(spill));
  }

  void add_softmax(Index vertex, const Operator& op) {
    const AttentionSite& site = attention(op);
    Step made = step(vertex, "softmax", {result_of(producers(vertex).front())});
    const Picoseconds moving = buffer_time(2 * activations(site.heads_per_tile), made.action);
    made.growth = {site.tiles_per_head, std::max<Picoseconds>(1, moving), 0, 0};
    made.growth.elements = site.heads_per_tile;
    made.growth.lanes = spec_.digital.lanes;
    made.growth.pass = cycles(spec_.digital.softmax.cycles, spec_.digital.clock, made.action);
    claim_all(made, site, first_digital_);
    result_of(vertex) = add(std::move(made));
  }

  void add_values(Index vertex, const Operator& op) {
    const AttentionSite& site = attention(op);
    std::vector<Index> after;
    for (const Index from : producers(vertex)) after.push_back(result_of(from));
    Step made = step(vertex, "values", std::move(after));
    made.growth = mac_growth(site);
    claim_all(made, site, first_attention_);
    const Index mixed =
        send(TransferKind::mixed_values, vertex, -1, "gather", add(std::move(made)));
    result_of(vertex) =
        site.tiles_per_head == 1
            ? mixed
            : digital(vertex, "merge", home(vertex),
                      {site.tiles_per_head * op.out_features, spec_.digital.accumulate.cycles, 0},
                      {mixed});
  }

  const Mapping& mapping_;
  const ChipSpec& spec_;
  const Request request_;
  TokenPlan plan_;
  std::vector<Index> result_of_;
  std::vector<Index> first_macros_;  // by matmul: its first copy
  std::map<Index, Index> shared_;    // resources by array
  Index turns_ = 1, turn_ = 0;       // of the steps that are being made
  Index first_digital_ = 0, first_attention_ = 0, first_link_ = 0, dram_ = 0;
};

}  // namespace

StepTokens tokens_of(const Network& network, const Operator& op) {
  if (op.once) return StepTokens::first;
  if (op.matmul < 0) return StepTokens::every;
  const std::string& part = network.matmuls[static_cast<size_t>(op.matmul)].part;
  if (part == "patch") return StepTokens::not_first;
  const bool output = part == "head" || part == "embed_out";
  if (output && network.spec.is_decoder()) return StepTokens::generating;
  return StepTokens::every;
}

Index embedding_tables(const Network& network) {
  if (network.spec.is_image() || network.spec.positions != "learned") return 1;
  return network.spec.token_types > 0 ? 3 : 2;
}

Index buffered_positions(const Mapping& mapping, int layer, Index batch) {
  const Placement& placement = mapping.placement;
  const AttentionSite& site = placement.attention[static_cast<size_t>(layer)];
  const BufferSpec& buffer = mapping.chip.spec.buffer;
  const auto per_position = static_cast<double>(bytes_of(
      2 * site.kv_heads_per_tile * mapping.network.spec.head_size(), mapping.chip.spec.kv_bits));
  double least = std::numeric_limits<double>::max();
  for (const Index tile : site.tiles) {
    double layers = 0.0;
    for (const AttentionSite& other : placement.attention) {
      if (std::find(other.tiles.begin(), other.tiles.end(), tile) != other.tiles.end()) ++layers;
    }
    least = std::min(least, buffer.capacity.si() * buffer.kv_share / layers);
  }
  const double positions = std::floor(least / static_cast<double>(batch) / per_position);
  return static_cast<Index>(std::min(positions, 1e15)) * site.tiles_per_head;
}

TokenPlan plan_tokens(const Mapping& mapping, const Request& request) {
  return Planner(mapping, request).plan();
}

}  // namespace ohm
