// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/plan_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mapping/attention/engine_share.h"
#include "mapping/attention/kv_place.h"
#include "mapping/attention/score_cycles.h"
#include "mapping/network/attention_shape.h"
#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

const AttentionSite& site_of(const StepBuilder& b, Index vertex) {
  return b.mapping().placement.attention[static_cast<size_t>(b.network().op(vertex).layer)];
}

/// Positions of every token of a cross-attention; 0 for all others.
Index source_positions(const StepBuilder& b, Index vertex) {
  return is_cross_attention(b.network(), vertex) ? b.request().source : 0;
}

/// Whether the pass makes an attention's keys and values: a source's are the first stack's.
bool makes_keys(const StepBuilder& b, Index scores) {
  return source_positions(b, scores) == 0;
}

/// One pass over keys or values of `size` elements: as fast as the units multiply or the buffer
/// delivers.
Growth mac_growth(const StepBuilder& b, Index vertex, Index size) {
  const AttentionSite& site = site_of(b, vertex);
  const auto bytes = bytes_of(site.teams.most_kv_heads() * size, b.spec().kv_bits);
  const Picoseconds feeding = b.buffer_time(bytes, "scores");
  const Index n = ceil_divide(site.teams.most_heads() * size, b.spec().digital.attention_macs);
  Growth growth{site.tiles_per_team(),
                std::max(feeding, cycles(n, b.spec().digital.clock, "scores")), 0, 0};
  growth.always = source_positions(b, vertex);
  return growth;
}

void wait_for_all(const StepBuilder& b, Step& step, Index gate) {
  if (b.request().decoder) return;
  step.order = StepOrder::barrier;
  step.gate = gate;
}

/// Whether keys stream through attention block by block.
bool in_blocks(const StepBuilder& b) {
  return !b.request().decoder && b.spec().attention.overlap == "blocks";
}

/// Each memory and link, the longest held first, is held for `share` of what it carries of every
/// position: memories beside the tiles each when it is free, others together with the links there.
void claim_positions(const StepBuilder& b, const Fetch& way, double share, Step& step) {
  step.claims = b.claims_of(way);
  step.hops = way.drams.size() > 1 && way.links.empty();
  for (Claim& claim : step.claims) {
    const auto time = std::llround(share * static_cast<double>(std::exchange(claim.busy, 0)));
    claim.per_position = std::max<Picoseconds>(1, time);
  }
  std::stable_sort(step.claims.begin(), step.claims.end(),
                   [](const Claim& x, const Claim& y) { return x.per_position > y.per_position; });
}

/// A token beyond those that the buffers keep writes its own keys and values; nothing waits for
/// it. Of an encoder, whose tokens all see all positions, each writes its share.
void plan_kv_spill(StepBuilder& b, Index vertex, Index stored, Index kept) {
  constexpr Index kOnce = Index{1} << 60;  // however many positions lie beyond
  Step spill = b.step(vertex, "spill_kv", {stored});
  const Request& request = b.request();
  const double share = request.decoder ? 1.0
                                       : static_cast<double>(request.prompt - kept) /
                                             static_cast<double>(request.prompt);
  const DramSpec memory = as_written(kv_memory(b.spec(), request));
  const Fetch way = fetch_of(b.mapping().chip, site_of(b, vertex).tiles,
                             {kv_bytes_per_position(b.mapping()), 1, &memory}, spill.action);
  const auto time = static_cast<Picoseconds>(std::llround(share * static_cast<double>(way.busy)));
  spill.growth = {kOnce, std::max<Picoseconds>(1, time), kept, 0};
  claim_positions(b, way, share, spill);
  b.add(std::move(spill));
}

/// Keys and values that the buffers could not keep; -1 where they keep all.
Index plan_kv_fetch(StepBuilder& b, Index vertex, Index stored) {
  const Index kept = buffered_positions(b.mapping(), vertex, b.request());
  if (kept >= held_positions(b.network(), vertex, b.request())) return -1;
  Step fetch = b.step(vertex, "fetch_kv", {stored});
  wait_for_all(b, fetch, stored);
  if (makes_keys(b, vertex)) plan_kv_spill(b, vertex, stored, kept);
  const Fetch each = fetch_of(
      b.mapping().chip, site_of(b, vertex).tiles,
      {kv_bytes_per_position(b.mapping()), 0, &kv_memory(b.spec(), b.request())}, fetch.action);
  fetch.growth = {1, std::max<Picoseconds>(1, each.busy), kept, each.start_up};
  fetch.growth.always = source_positions(b, vertex);
  claim_positions(b, each, 1.0, fetch);
  return b.add(std::move(fetch));
}

/// Claims of the engines of all tiles for one product.
void claim_engines(StepBuilder& b, Index vertex, AttentionProduct product, Step& step) {
  const int layer = b.network().op(vertex).layer;
  const Picoseconds busy =
      b.mapping().chip.attention
          ? picoseconds(engine_product_time(b.mapping(), layer, product), step.action)
          : 0;
  for (const Index tile : site_of(b, vertex).tiles) {
    step.claims.push_back({b.attention_of(tile), 0, busy});
  }
}

/// One number for each head and position of every tile.
std::vector<Deposit> per_position(const StepBuilder& b, Index vertex, Index positions) {
  const AttentionSite& site = site_of(b, vertex);
  const Index all = positions > 0 ? positions : held_positions(b.network(), vertex, b.request());
  const Index on_tile = ceil_divide(all, site.tiles_per_team());
  return b.on_each(site.tiles, b.activations(site.teams.most_heads() * on_tile));
}

/// One value vector for each head of every tile.
std::vector<Deposit> mixed_values(const StepBuilder& b, Index vertex) {
  const AttentionSite& site = site_of(b, vertex);
  const Index value = attention_shape(b.network().spec).value;
  return b.on_each(site.tiles, b.activations(site.teams.most_heads() * value));
}

/// Keys and values that are written into arrays occupy them meanwhile.
void claim_writing(StepBuilder& b, Index scores, Step& stored) {
  const Picoseconds busy =
      picoseconds(engine_write_time(b.mapping(), b.network().op(scores).layer), stored.action);
  for (const Index tile : site_of(b, scores).tiles) {
    stored.claims.push_back({b.attention_of(tile), 0, busy});
  }
}

/// What `producer` makes on its way to the tiles of the heads of `scores`: queries to all of a
/// team, keys and values to one. Returns the last steps.
std::vector<Index> plan_scatter(StepBuilder& b, Index scores, Index producer) {
  const Index n = b.network().op(producer).out_features;
  const Index integers =
      b.digital(scores, "quantise", b.home(producer), b.quantisation(n), {b.result_of(producer)});
  const Index queries = b.send({TransferKind::queries, scores, producer}, "scatter", integers);
  const Index keys = b.send({TransferKind::keys, scores, producer}, "scatter_kv", integers);
  return keys == queries ? std::vector{keys} : std::vector{queries, keys};
}

/// Queries, keys and values (or the latents of both) are stored for `scores` once they are sent: on
/// the tile whose turn it is those of the token, on all tiles of its team the queries. Returns the
/// last step.
Index plan_store(StepBuilder& b, Index scores, const std::vector<Index>& sent) {
  const AttentionSite& site = site_of(b, scores);
  const AttentionShape shape = attention_shape(b.network().spec);
  Step stored = b.step(scores, "store_kv", sent);
  if (b.request().decoder) stored.order = StepOrder::in_order;
  // the query is written and read, key and value are written
  const bool in_arrays = b.mapping().chip.attention != nullptr, keys = makes_keys(b, scores);
  const Index written = keys && !in_arrays ? shape.cached * site.teams.most_kv_heads() : 0;
  const bool asks = is_planned(b.network(), scores, b.request());
  const Index queries = asks ? site.teams.most_heads() * shape.key : 0;
  stored.latency = b.buffer_time(
      2 * bytes_of(queries, b.widths().query_bits) + bytes_of(written, b.widths().kv_bits),
      stored.action);
  if (keys && in_arrays) claim_writing(b, scores, stored);
  stored.deposits = b.on_each(site.tiles, bytes_of(queries, b.widths().query_bits));
  return b.add(std::move(stored));
}

}  // namespace

LaneWork merge_work(const AttentionShape& shape, Index heads, Index activation_bits) {
  return {2 * heads * shape.value, 1, 3 * bytes_of(heads * (shape.value + 2), activation_bits)};
}

Index buffered_positions(const Mapping& mapping, int layer, Index batch) {
  if (mapping.chip.attention) return engine_positions(mapping, layer) / batch;
  const Placement& placement = mapping.placement;
  const AttentionSite& site = placement.attention[static_cast<size_t>(layer)];
  const BufferSpec& buffer = mapping.chip.spec.buffer;
  std::vector<Index> layers(static_cast<size_t>(mapping.chip.mesh.size()), 0);
  for (const AttentionSite& other : placement.attention) {
    for (const Index tile : other.tiles) ++layers[static_cast<size_t>(tile)];
  }
  const Index cached = attention_shape(mapping.network.spec).cached;
  const auto per_position =
      static_cast<double>(bytes_of(site.teams.most_kv_heads() * cached, mapping.chip.spec.kv_bits));
  double least = std::numeric_limits<double>::max();
  for (const Index tile : site.tiles) {
    const auto n = static_cast<double>(layers[static_cast<size_t>(tile)]);
    least = std::min(least, buffer.capacity.si() * buffer.kv_share / n);
  }
  const double positions = std::floor(least / static_cast<double>(batch) / per_position);
  return static_cast<Index>(std::min(positions, 1e15)) * site.tiles_per_team();
}

Index buffered_positions(const Mapping& mapping, Index vertex, const Request& request) {
  if (request.kv_memory >= 0) return 0;
  const Index all = buffered_positions(mapping, mapping.network.op(vertex).layer, request.batch);
  if (is_cross_attention(mapping.network, vertex)) return all;
  return std::max<Index>(0, all - request.source);
}

Index held_positions(const Network& network, Index vertex, const Request& request) {
  return positions_of(seen_by(network, vertex, request), request.tokens() - 1);
}

std::int64_t kv_bytes_per_position(const Mapping& mapping) {
  const AttentionShape shape = attention_shape(mapping.network.spec);
  return bytes_of(shape.kv_heads * shape.cached, mapping.chip.spec.kv_bits);
}

void plan_source_store(StepBuilder& b, Index scores, Index producer) {
  const Index stored = plan_store(b, scores, plan_scatter(b, scores, producer));
  b.result_of(producer) = stored;
  const Index kept = buffered_positions(b.mapping(), scores, b.request());
  if (kept >= held_positions(b.network(), scores, b.request())) return;
  plan_kv_spill(b, scores, stored, kept);
}

namespace {

/// Scores with one block of keys after the other, as soon as all keys of the block are stored.
void plan_block_scores(StepBuilder& b, Index vertex, Index kv) {
  const Index size = b.spec().attention.block, all = b.request().prompt;
  const Index kept = buffered_positions(b.mapping(), vertex, b.request());
  const Index fetched = plan_kv_fetch(b, vertex, kv);
  for (Index first = 0; first < all; first += size) {
    const Index last = std::min(first + size, all) - 1;
    Step scores = b.step(vertex, "scores", {kv, last < kept ? -1 : fetched});
    wait_for_all(b, scores, kv);
    scores.gate_first = first;
    scores.gate_last = last;
    scores.growth = mac_growth(b, vertex, attention_shape(b.network().spec).key);
    scores.growth.always = last - first + 1;
    claim_engines(b, vertex, AttentionProduct::scores, scores);
    scores.deposits = per_position(b, vertex, scores.growth.always);
    b.result_of(vertex) = b.add(std::move(scores));
  }
}

/// Steps of scores or softmax, block by block, that those of the next operator follow.
std::vector<Step> block_steps(const StepBuilder& b, Index producer) {
  std::vector<Step> steps;
  for (const Index k : b.steps_of(producer)) {
    const Step& step = b.step_at(k);
    if (step.action != "scores" && step.action != "softmax") continue;
    Step next = b.step(producer, step.action, {k});
    next.growth.always = step.growth.always;
    steps.push_back(std::move(next));
  }
  return steps;
}

/// Probabilities from the scores of `before`, for as many positions.
Index plan_softmax_step(StepBuilder& b, Index vertex, const Step& before) {
  const AttentionSite& site = site_of(b, vertex);
  Step made = b.step(vertex, "softmax", before.after);
  const Index heads = site.teams.most_heads();
  const Picoseconds moving = b.buffer_time(2 * b.activations(heads), made.action);
  made.growth = {site.tiles_per_team(), std::max<Picoseconds>(1, moving), 0, 0};
  made.growth.elements = heads;
  made.growth.lanes = b.spec().digital.lanes;
  const Index each =
      score_cycles(b.spec().digital, b.network().spec, is_cross_attention(b.network(), vertex));
  made.growth.pass = cycles(each, b.spec().digital.clock, made.action);
  made.growth.always = std::max(before.growth.always, source_positions(b, vertex));
  for (const Index tile : site.tiles) made.claims.push_back({b.digital_of(tile), 0, 0});
  made.deposits = per_position(b, vertex, made.growth.always);
  return b.add(std::move(made));
}

/// Products of blocks of values, each behind its probabilities; sums are rescaled from one block to
/// the next on the lanes. Returns the last step.
Index plan_block_values(StepBuilder& b, Index vertex, Index producer) {
  const AttentionSite& site = site_of(b, vertex);
  const Index value = attention_shape(b.network().spec).value;
  std::vector<Index> done;
  for (const Step& before : block_steps(b, producer)) {
    Step made = b.step(vertex, "values", before.after);
    made.growth = mac_growth(b, vertex, value);
    made.growth.always = before.growth.always;
    claim_engines(b, vertex, AttentionProduct::values, made);
    made.deposits = mixed_values(b, vertex);
    done.push_back(b.add(std::move(made)));
  }
  const Index again = (std::ssize(done) - 1) * site.teams.most_heads() * value;
  if (again == 0) return done.back();
  Step rescaled = b.step(vertex, "accumulate", done);
  const LaneWork work{again, b.spec().digital.accumulate.cycles, 0};
  for (const Index tile : site.tiles) {
    rescaled.claims.push_back({b.digital_of(tile), 0, b.duration(work, rescaled.action)});
  }
  rescaled.deposits = mixed_values(b, vertex);
  return b.add(std::move(rescaled));
}

/// The product of all values with their probabilities.
Index plan_all_values(StepBuilder& b, Index vertex) {
  std::vector<Index> after;
  for (const Index from : b.producers(vertex)) after.push_back(b.result_of(from));
  Step made = b.step(vertex, "values", after);
  if (!b.mapping().chip.attention) {
    made.growth = mac_growth(b, vertex, attention_shape(b.network().spec).value);
  }
  claim_engines(b, vertex, AttentionProduct::values, made);
  made.deposits = mixed_values(b, vertex);
  return b.add(std::move(made));
}

/// What the tiles of a team made of their positions, merged in pairs: both are rescaled to the
/// larger maximum and added. Returns the last step, or `made`.
Index plan_merging(StepBuilder& b, Index vertex, Index made) {
  const Index product = made;  // what tiles made stays until all is merged
  const AttentionSite& site = site_of(b, vertex);
  const Index each = site.tiles_per_team(), heads = site.teams.most_heads();
  const AttentionShape shape = attention_shape(b.network().spec);
  LaneWork work = merge_work(shape, heads, b.widths().activation_bits);
  work.left = b.activations(heads * (shape.value + 2));
  work.cycles = b.spec().digital.accumulate.cycles;
  for (Index round = 0; round < merge_rounds(each); ++round) {
    const Index arrived =
        b.send({TransferKind::partial_values, vertex, -1, round}, "combine", made);
    Step merge = b.step(vertex, "merge", {arrived});
    for (const Index own : {made, product}) {
      const auto& after = merge.after;
      if (std::find(after.begin(), after.end(), own) == after.end()) merge.after.push_back(own);
    }
    const Picoseconds busy = b.duration(work, merge.action);
    for (Index team = 0; team < site.teams.teams(); ++team) {
      for (const Index sender : senders_of(each, round)) {
        const Index to = site.leader(team) + sender - (Index{1} << round);
        const Index tile = site.tiles[static_cast<size_t>(to)];
        merge.claims.push_back({b.digital_of(tile), 0, busy});
        merge.deposits.push_back({tile, work.left});
      }
    }
    made = b.add(std::move(merge));
  }
  return made;
}

/// The softmax before an attention_values.
Index softmax_of(const StepBuilder& b, Index vertex) {
  for (const Index from : b.producers(vertex)) {
    if (b.network().op(from).kind == OpKind::softmax) return from;
  }
  return -1;
}

}  // namespace

void plan_scores(StepBuilder& b, Index vertex) {
  std::vector<Index> sent;
  for (const Index from : b.producers(vertex)) {
    // a source's keys are there already
    if (reads_source(b.network(), from) != b.request().first_stack) continue;
    for (const Index step : plan_scatter(b, vertex, from)) sent.push_back(step);
  }
  const Index kv = plan_store(b, vertex, sent);
  if (in_blocks(b)) return plan_block_scores(b, vertex, kv);
  Step scores = b.step(vertex, "scores", {kv});
  wait_for_all(b, scores, kv);
  if (!b.mapping().chip.attention) {
    scores.growth = mac_growth(b, vertex, attention_shape(b.network().spec).key);
  }
  claim_engines(b, vertex, AttentionProduct::scores, scores);
  scores.deposits = per_position(b, vertex, 0);
  const Index fetched = plan_kv_fetch(b, vertex, kv);
  if (fetched >= 0) scores.after.push_back(fetched);
  b.result_of(vertex) = b.add(std::move(scores));
}

void plan_softmax(StepBuilder& b, Index vertex) {
  if (b.mapping().chip.attention && b.mapping().chip.attention->replaces_softmax()) {
    b.result_of(vertex) = b.result_of(b.producers(vertex).front());
    return;
  }
  const Index producer = b.producers(vertex).front();
  if (!in_blocks(b)) {
    const Step all = b.step(vertex, "softmax", {b.result_of(producer)});
    b.result_of(vertex) = plan_softmax_step(b, vertex, all);
    return;
  }
  for (const Step& before : block_steps(b, producer)) {
    b.result_of(vertex) = plan_softmax_step(b, vertex, before);
  }
}

void plan_values(StepBuilder& b, Index vertex) {
  const Index product = in_blocks(b) ? plan_block_values(b, vertex, softmax_of(b, vertex))
                                     : plan_all_values(b, vertex);
  const Index merged = plan_merging(b, vertex, product);
  b.result_of(vertex) = b.send({TransferKind::mixed_values, vertex}, "gather", merged);
}

}  // namespace ohm
