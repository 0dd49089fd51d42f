// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/plan_tokens.h"

#include <algorithm>
#include <map>
#include <utility>

#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/bound_buffers.h"
#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/step_builder.h"

namespace ohm {
namespace {

void plan_elementwise(StepBuilder& b, Index vertex, const std::string& action,
                      const ElementSpec& element) {
  std::vector<Index> arrived;
  for (const Index from : b.producers(vertex)) {
    arrived.push_back(b.send({TransferKind::activation, vertex, from}, "send", b.result_of(from)));
  }
  const Operator& op = b.network().op(vertex);
  const Index n = op.in_features;  // what it leaves as it is takes nothing
  const LaneWork work{n, element.cycles, (std::ssize(arrived) + 1) * b.activations(n),
                      b.activations(op.out_features)};
  b.result_of(vertex) = b.digital(vertex, action, b.home(vertex), work, arrived);
}

/// Queries and keys are rotated in place.
void plan_rope(StepBuilder& b, Index vertex) {
  const Index rotated = rotated_elements(b.network(), vertex);
  const LaneWork work{rotated, rope_element(b.spec().digital).cycles, 2 * b.activations(rotated),
                      b.activations(b.network().op(vertex).out_features)};
  b.result_of(vertex) =
      b.digital(vertex, "rope", b.home(vertex), work, {b.result_of(b.producers(vertex).front())});
}

/// Probabilities of all experts, and a pass over them for each that is chosen.
void plan_routing(StepBuilder& b, Index vertex) {
  const TransformerSpec& s = b.network().spec;
  const DigitalSpec& unit = b.spec().digital;
  const Index each = unit.softmax.cycles + s.experts_per_token * unit.accumulate.cycles;
  const LaneWork work{s.n_experts, each, 2 * b.activations(s.n_experts),
                      b.activations(s.n_experts)};
  b.result_of(vertex) =
      b.digital(vertex, "route", b.home(vertex), work, {b.result_of(b.producers(vertex).front())});
}

/// Σ weight × output over the experts of the token.
void plan_combine(StepBuilder& b, Index vertex) {
  const Index n = b.network().op(vertex).out_features;
  std::vector<Index> arrived;
  for (const Index from : b.producers(vertex)) {
    if (!is_listed(b.network(), from)) continue;
    arrived.push_back(b.send({TransferKind::activation, vertex, from}, "send", b.result_of(from)));
  }
  const Index terms = std::ssize(arrived) - 1;  // one of them is the weights
  const LaneWork work{terms * n, combine_element(b.spec().digital).cycles,
                      (terms + 1) * b.activations(n), b.activations(n)};
  b.result_of(vertex) = b.digital(vertex, "combine", b.home(vertex), work, arrived);
}

void plan_embedding(StepBuilder& b, Index vertex, const Operator& op) {
  const Widths& widths = b.widths();
  const auto from = b.producers(vertex);
  if (!from.empty()) return plan_elementwise(b, vertex, "embed", b.spec().digital.residual);
  const Index tables = embedding_tables(b.network());
  const Index row = b.dram_read(
      vertex, "fetch", tables * bytes_of(op.out_features, widths.activation_bits), {}, tables);
  const std::int64_t embedded = b.activations(op.out_features);
  const LaneWork work{(tables - 1) * op.out_features, b.spec().digital.residual.cycles, embedded,
                      embedded};
  b.result_of(vertex) = b.digital(vertex, "embed", b.home(vertex), work, {row});
}

std::int64_t sum_bytes(const StepBuilder& b, const Operator& op, Index columns) {
  const StaticMatmul& matmul = b.network().matmuls[static_cast<size_t>(op.matmul)];
  return bytes_of(columns, b.widths().partial_sum_bits(matmul));
}

/// The owner reads the partial sums of all tiles and adds those of the same column.
void plan_dequantise(StepBuilder& b, Index vertex, const Operator& op, const MatmulSite& site,
                     Index before) {
  Index columns = 0;
  std::int64_t received = 0;
  for (const Index each : site.columns) {
    columns += each;
    received += sum_bytes(b, op, each);
  }
  if (columns > op.out_features) {
    const LaneWork sums{columns - op.out_features, b.spec().digital.accumulate.cycles, received,
                        sum_bytes(b, op, op.out_features)};
    before = b.digital(vertex, "accumulate", site.owner, sums, {before});
    received = 0;
  }
  const LaneWork work{op.out_features, b.spec().digital.dequantise.cycles,
                      received + b.activations(op.out_features), b.activations(op.out_features)};
  b.result_of(vertex) = b.digital(vertex, "dequantise", site.owner, work, {before});
}

void plan_digital_head(StepBuilder& b, Index vertex, const Operator& op, Index before) {
  const auto weights =
      bytes_of(op.in_features * op.out_features, b.widths().of(op.matmul).weight_bits);
  const Index product = b.dram_read(vertex, "stream_head", weights, {before});
  const LaneWork work{op.out_features, b.spec().digital.dequantise.cycles,
                      b.activations(op.out_features)};
  b.result_of(vertex) = b.digital(vertex, "dequantise", b.home(vertex), work, {product});
}

/// Arrays that the copy at hand shares, and for how long a token holds them: those of an expert's
/// whole group, whose members take turns.
std::map<Index, Picoseconds> shared_arrays(StepBuilder& b, Index vertex, const Operator& op) {
  const Mapping& mapping = b.mapping();
  std::map<Index, Picoseconds> held;
  if (!b.shares_arrays()) return held;
  const std::vector<Index> group = alike_in_group(mapping.network, vertex);
  for (const Index each : group) {
    const Index matmul = mapping.network.op(each).matmul;
    const MvmTime time = mvm_time(mapping.chip, mapping.partition,
                                  mapping.network.matmuls[static_cast<size_t>(matmul)]);
    const StoredCopy& copy = mapping.arrangement.of(matmul, b.turn());
    const Picoseconds busy =
        std::max(picoseconds(time.load, "mvm"), copy.turns * picoseconds(time.interval, "mvm"));
    for (const Index array : copy.shared) held[array] += busy;
  }
  if (op.expert < 0) return held;
  for (auto& [array, busy] : held) busy = b.of_experts(busy, std::ssize(group));
  return held;
}

Index plan_mvm(StepBuilder& b, Index vertex, const Operator& op, Index before) {
  const Mapping& mapping = b.mapping();
  const MvmTime time = mvm_time(mapping.chip, mapping.partition,
                                mapping.network.matmuls[static_cast<size_t>(op.matmul)]);
  const Picoseconds load = picoseconds(time.load, "mvm");
  const StoredCopy& copy = mapping.arrangement.of(op.matmul, b.turn());
  const Picoseconds interval = picoseconds(time.interval, "mvm");
  const Picoseconds busy = std::max(load, copy.turns * interval);
  Step made = b.step(vertex, "mvm", {before});
  made.claims = {{b.macros_of(op.matmul), 0, busy}};
  for (const auto& [array, held] : shared_arrays(b, vertex, op)) {
    made.claims.push_back({b.shared_array(array), 0, std::min(busy, held)});
  }
  made.latency = load + (copy.turns - 1) * interval + picoseconds(time.latency, "mvm");
  return b.add(std::move(made));
}

/// Each tile adds up its row tiles and writes the sums of its columns.
Index plan_accumulate(StepBuilder& b, Index vertex, const MatmulSite& site, Index before) {
  Step made = b.step(vertex, "accumulate", {before});
  const Operator& op = b.network().op(vertex);
  Index additions = 0;
  for (size_t i = 0; i < site.tiles.size(); ++i) {
    const LaneWork work{site.sums[i] - site.columns[i], b.spec().digital.accumulate.cycles,
                        sum_bytes(b, op, site.columns[i])};
    additions += work.elements;
    made.claims.push_back({b.digital_of(site.tiles[i]), 0, b.duration(work, made.action)});
    made.deposits.push_back({site.tiles[i], work.bytes});
  }
  if (additions == 0) made.action = "store_sums";
  return b.add(std::move(made));
}

/// Once the last layer of the first stack is done, its keys and values move to the heads.
void plan_source_keys(StepBuilder& b, Index vertex) {
  const auto [begin, end] = boost::out_edges(static_cast<size_t>(vertex), b.network().graph);
  for (auto edge = begin; edge != end; ++edge) {
    const auto scores = static_cast<Index>(boost::target(*edge, b.network().graph));
    if (b.network().op(scores).kind != OpKind::attention_scores) continue;
    return plan_source_store(b, scores, vertex);
  }
}

/// Whether a matrix waits until an encoder's attention has finished all tokens.
bool takes_turns(const StepBuilder& b, Index producer) {
  return !b.request().decoder && b.spec().attention.overlap == "turns" && producer >= 0 &&
         b.network().op(producer).kind == OpKind::attention_values;
}

void plan_product(StepBuilder& b, Index vertex, const Operator& op) {
  const MatmulSite& site = b.mapping().placement.sites[static_cast<size_t>(op.matmul)];
  const auto from = b.producers(vertex);
  const Index producer = from.empty() ? -1 : from.front();
  const Index before =
      producer < 0 ? b.dram_read(vertex, "fetch",
                                 bytes_of(op.in_features, b.widths().of(op.matmul).input_bits), {})
                   : b.digital(vertex, "quantise", b.home(producer), b.quantisation(op.in_features),
                               {b.result_of(producer)});
  if (takes_turns(b, producer)) b.wait_for_all(before, b.result_of(producer));
  if (site.tiles.empty()) {
    const Index sent = b.send({TransferKind::activation, vertex, producer}, "send", before);
    return plan_digital_head(b, vertex, op, sent);
  }
  std::vector<Index> results;
  const Index copies = b.mapping().placement.copies(op.matmul);
  for (Index copy = 0; copy < copies; ++copy) {
    b.take_turn(copy, copies);
    const MatmulSite& each = b.mapping().placement.site(op.matmul, copy);
    const Index arrived = b.send({TransferKind::input, vertex, producer}, "multicast", before);
    const Index sums = plan_accumulate(b, vertex, each, plan_mvm(b, vertex, op, arrived));
    const Index gathered = b.send({TransferKind::partial_sums, vertex}, "reduce", sums);
    plan_dequantise(b, vertex, op, each, gathered);
    results.push_back(b.result_of(vertex));
  }
  b.take_turn(0, 1);
  if (copies > 1) b.result_of(vertex) = b.add(b.step(vertex, "join", results));
}

void plan_matmul(StepBuilder& b, Index vertex, const Operator& op) {
  plan_product(b, vertex, op);
  const StaticMatmul& matmul = b.network().matmuls[static_cast<size_t>(op.matmul)];
  if (matmul.part == "cross_kv") plan_source_keys(b, vertex);
}

void plan_operator(StepBuilder& b, Index vertex) {
  const Operator& op = b.network().op(vertex);
  switch (op.kind) {
    case OpKind::matmul:
      return plan_matmul(b, vertex, op);
    case OpKind::attention_scores:
      return plan_scores(b, vertex);
    case OpKind::softmax:
      return plan_softmax(b, vertex);
    case OpKind::attention_values:
      return plan_values(b, vertex);
    case OpKind::embedding:
      return plan_embedding(b, vertex, op);
    case OpKind::norm:
      return plan_elementwise(b, vertex, "norm",
                              norm_element(b.spec().digital, b.network().spec.norm));
    case OpKind::activation:
      return plan_elementwise(b, vertex, "activation",
                              activation_element(b.spec().digital, op.function));
    case OpKind::residual:
      return plan_elementwise(b, vertex, "residual", b.spec().digital.residual);
    case OpKind::rope:
      return plan_rope(b, vertex);
    case OpKind::gate:
      return plan_elementwise(b, vertex, "gate", gate_element(b.spec().digital));
    case OpKind::routing:
      return plan_routing(b, vertex);
    case OpKind::combine:
      return plan_combine(b, vertex);
  }
}

}  // namespace

StepTokens tokens_of(const Network& network, const Operator& op) {
  if (op.once) return StepTokens::first;
  if (op.output) return StepTokens::generating;
  if (op.matmul < 0) return StepTokens::every;
  const bool patch = network.matmuls[static_cast<size_t>(op.matmul)].part == "patch";
  return patch ? StepTokens::not_first : StepTokens::every;
}

Index embedding_tables(const Network& network) {
  if (network.spec.is_image() || network.spec.positions != "learned") return 1;
  return network.spec.token_types > 0 ? 3 : 2;
}

Index rotated_elements(const Network& network, Index vertex) {
  const TransformerSpec& s = network.spec;
  if (!s.is_latent()) {
    return (s.n_heads + s.kv_heads()) * (s.rope_dim > 0 ? s.rope_dim : s.head_size());
  }
  const bool keys = network.op(vertex).in_features == s.rope_head_dim;
  return keys ? s.rope_head_dim : s.n_heads * s.rope_head_dim;
}

bool is_planned(const Network& network, Index vertex, const Request& request) {
  return is_listed(network, vertex) && reads_source(network, vertex) == request.first_stack;
}

TokenPlan plan_tokens(const Mapping& mapping, const Request& request) {
  require_alike_experts(mapping.network, mapping.chip.spec);
  StepBuilder builder(mapping, request);
  for (const Index vertex : mapping.network.order) {
    if (is_planned(mapping.network, vertex, request)) plan_operator(builder, vertex);
  }
  TokenPlan plan = builder.take();
  if (mapping.chip.spec.buffer.when_full == "wait") bound_buffers(builder, plan);
  return plan;
}

}  // namespace ohm
