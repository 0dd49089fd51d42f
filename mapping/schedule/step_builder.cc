// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/step_builder.h"

#include <algorithm>
#include <cmath>

#include "mapping/network/experts.h"
#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {

namespace {

/// The hub's own part is copied beside those that travel.
std::vector<Deposit> deposits_of(const Transfer& transfer) {
  std::vector<Deposit> deposits;
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    const Index to = transfer.to_hub() ? transfer.hub_of(i) : transfer.tiles[i];
    deposits.push_back({to, transfer.bytes[i]});
  }
  return deposits;
}

}  // namespace

Index ceil_divide(Index n, Index by) {
  return n == 0 ? 0 : (n - 1) / by + 1;
}

StepBuilder::StepBuilder(const Mapping& mapping, const Request& request)
    : mapping_(mapping),
      request_(request),
      expert_share_(expert_share(mapping.network.spec, request.expert_imbalance)) {
  result_of_.assign(mapping.placement.home.size(), -1);
  add_resources();
}

void StepBuilder::add_resources() {
  const auto add_each = [&](ResourceKind kind, Index n) {
    for (Index i = 0; i < n; ++i) plan_.resources.push_back({kind, i});
    return std::ssize(plan_.resources) - n;
  };
  for (const StaticMatmul& matmul : network().matmuls) {
    first_macros_.push_back(std::ssize(plan_.resources));
    const Index copies = std::max<Index>(1, mapping_.placement.copies(matmul.id));
    for (Index copy = 0; copy < copies; ++copy) {
      plan_.resources.push_back({ResourceKind::macros, matmul.id, matmul.name, copy});
    }
  }
  const Mesh& mesh = mapping_.chip.mesh;
  first_digital_ = add_each(ResourceKind::digital, mesh.size());
  first_attention_ = add_each(ResourceKind::attention, mesh.size());
  first_link_ = std::ssize(plan_.resources);
  for (Index l = 0; l < mesh.n_links(); ++l) plan_.resources.push_back(link_resource(mesh, l));
  first_dram_ = add_each(ResourceKind::dram, mesh.n_chips());
  for (const StoredCopy& copy : mapping_.arrangement.stored) {
    for (const Index array : copy.shared) {
      if (!shared_.try_emplace(array, std::ssize(plan_.resources)).second) continue;
      plan_.resources.push_back({ResourceKind::array, array});
    }
  }
}

Index StepBuilder::macros_of(Index matmul) const {
  return first_macros_[static_cast<size_t>(matmul)] + turn_;
}

void StepBuilder::take_turn(Index turn, Index turns) {
  turn_ = turn;
  turns_ = turns;
}

/// Whether what an expert's step reads or makes is on the tile beside the DRAM, as for all experts
/// that are not in crossbars.
bool StepBuilder::is_beside_dram(Index vertex, const std::string& action) const {
  if (network().op(vertex).expert < 0) return false;
  const Index matmul = network().op(vertex).matmul;
  if (matmul < 0 || action == "quantise") return is_beside_dram(producers(vertex).front(), "");
  return mapping_.placement.sites[static_cast<size_t>(matmul)].tiles.empty();
}

/// An expert's macros and tiles work for its share of the tokens; all else that a step wants serves
/// the members of its group one after the other, and so every token.
void StepBuilder::take_turns(Step& step) const {
  const bool together = is_beside_dram(step.vertex, step.action);
  for (Claim& claim : step.claims) {
    const ResourceKind kind = plan_.resources[static_cast<size_t>(claim.resource)].kind;
    const bool own = kind == ResourceKind::macros || (kind == ResourceKind::digital && !together);
    if (own) claim.busy = of_experts(claim.busy, 0);
  }
}

Picoseconds StepBuilder::of_experts(Picoseconds busy, Index group) const {
  const double each = group > 0 ? 1.0 / static_cast<double>(group) : 0.0;
  return static_cast<Picoseconds>(
      std::ceil(static_cast<double>(busy) * std::max(each, expert_share_)));
}

Index StepBuilder::add(Step step) {
  for (const Claim& claim : step.claims) {
    step.latency = std::max(step.latency, claim.offset + claim.busy);
  }
  if (!step.hops && network().op(step.vertex).expert >= 0) take_turns(step);
  step.growth.window = network().op(step.vertex).window;
  // logits are sampled as they come
  const bool bounded = spec().buffer.when_full == "wait";
  if (!bounded || step.tokens == StepTokens::generating) step.deposits.clear();
  plan_.steps.push_back(std::move(step));
  return std::ssize(plan_.steps) - 1;
}

Step StepBuilder::step(Index vertex, const std::string& action,
                       const std::vector<Index>& after) const {
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

Picoseconds StepBuilder::buffer_time(std::int64_t bytes, const std::string& action) const {
  return picoseconds(Bytes(static_cast<double>(bytes)) / spec().buffer.bandwidth, action);
}

Picoseconds StepBuilder::duration(const LaneWork& work, const std::string& action) const {
  const Index n = ceil_divide(work.elements, spec().digital.lanes) * work.cycles;
  return std::max(cycles(n, spec().digital.clock, action), buffer_time(work.bytes, action));
}

Index StepBuilder::digital(Index vertex, const std::string& action, Index tile,
                           const LaneWork& work, const std::vector<Index>& after) {
  Step made = step(vertex, action, after);
  made.claims = {{first_digital_ + tile, 0, duration(work, action)}};
  made.deposits = {{tile, work.left}};
  return add(std::move(made));
}

void StepBuilder::wait_for_all(Index step, Index gate) {
  Step& waiting = plan_.steps[static_cast<size_t>(step)];
  waiting.order = StepOrder::barrier;
  waiting.gate = gate;
}

std::vector<Index> StepBuilder::steps_of(Index vertex) const {
  std::vector<Index> steps;
  for (Index k = std::ssize(plan_.steps) - 1; k >= 0; --k) {
    const bool its = plan_.steps[static_cast<size_t>(k)].vertex == vertex;
    if (!its && !steps.empty()) break;
    if (its) steps.push_back(k);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::vector<Claim> StepBuilder::claims_of(const Fetch& fetch) const {
  std::vector<Claim> claims;
  for (const Claim& at : fetch.drams) claims.push_back({first_dram_ + at.resource, 0, at.busy});
  for (const Claim& at : fetch.links) claims.push_back({first_link_ + at.resource, 0, at.busy});
  return claims;
}

Index StepBuilder::dram_read(Index vertex, const std::string& action, std::int64_t bytes,
                             const std::vector<Index>& after, Index pieces) {
  Step made = step(vertex, action, after);
  const Fetch fetch = fetch_of(mapping_.chip, {0}, {bytes, pieces}, action);
  made.claims = claims_of(fetch);
  made.latency = fetch.busy + fetch.start_up;
  made.deposits = {{0, bytes}};
  return add(std::move(made));
}

Index StepBuilder::send(const Sending& name, const std::string& action, Index after) {
  for (size_t i = 0; i < mapping_.transfers.size(); ++i) {
    const Transfer& transfer = mapping_.transfers[i];
    if (transfer.kind != name.kind || transfer.vertex != name.vertex) continue;
    if (transfer.from != name.from || transfer.round != name.round) continue;
    if (transfer.copy != turn_) continue;
    const Route& route = mapping_.routes[i];
    if (route.links.empty()) return after;
    Step made = step(name.vertex, action, {after});
    Passage passage = passage_of(mapping_.chip, route, action);
    made.claims = std::move(passage.claims);
    for (Claim& claim : made.claims) claim.resource += first_link_;
    made.hops = true;
    made.latency = passage.latency;
    made.deposits = deposits_of(transfer);
    return add(std::move(made));
  }
  return after;
}

std::vector<Index> StepBuilder::producers(Index vertex) const {
  std::vector<Index> from;
  const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex), mapping_.network.graph);
  for (auto edge = begin; edge != end; ++edge) {
    from.push_back(static_cast<Index>(boost::source(*edge, mapping_.network.graph)));
  }
  return from;
}

LaneWork StepBuilder::quantisation(Index n) const {
  return {n, spec().digital.quantise.cycles, activations(n), bytes_of(n, widths().input_bits)};
}

std::vector<Deposit> StepBuilder::on_each(const std::vector<Index>& tiles,
                                          std::int64_t bytes) const {
  std::vector<Deposit> deposits;
  for (const Index tile : tiles) deposits.push_back({tile, bytes});
  return deposits;
}

}  // namespace ohm
