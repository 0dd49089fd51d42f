// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/step_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {

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

Picoseconds cycles(Index n, Hertz clock, const std::string& step) {
  return picoseconds(Seconds(static_cast<double>(n) / clock.si()), step);
}

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
  for (const StaticMatmul& matmul : mapping_.network.matmuls) {
    plan_.resources.push_back({ResourceKind::macros, matmul.id, matmul.name});
  }
  const Index tiles = mapping_.chip.mesh.size();
  first_digital_ = std::ssize(plan_.resources);
  for (Index t = 0; t < tiles; ++t) {
    plan_.resources.push_back({ResourceKind::digital, t, {}});
  }
  first_attention_ = std::ssize(plan_.resources);
  for (Index t = 0; t < tiles; ++t) {
    plan_.resources.push_back({ResourceKind::attention, t, {}});
  }
  first_link_ = std::ssize(plan_.resources);
  for (Index l = 0; l < mapping_.chip.mesh.n_links(); ++l) {
    plan_.resources.push_back({ResourceKind::link, l, {}});
  }
  dram_ = std::ssize(plan_.resources);
  plan_.resources.push_back({ResourceKind::dram, 0, {}});
}

Index StepBuilder::add(Step step) {
  for (const Claim& claim : step.claims) {
    step.latency = std::max(step.latency, claim.offset + claim.busy);
  }
  if (!step.hops && network().op(step.vertex).expert >= 0) {
    for (Claim& claim : step.claims) {
      claim.busy =
          static_cast<Picoseconds>(std::ceil(static_cast<double>(claim.busy) * expert_share_));
    }
  }
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
  return add(std::move(made));
}

Index StepBuilder::dram_read(Index vertex, const std::string& action, std::int64_t bytes,
                             const std::vector<Index>& after) {
  Step made = step(vertex, action, after);
  made.claims = {
      {dram_, 0, picoseconds(Bytes(static_cast<double>(bytes)) / spec().dram.bandwidth, action)}};
  made.latency = made.claims.front().busy + picoseconds(spec().dram.latency, action);
  return add(std::move(made));
}

Index StepBuilder::send(TransferKind kind, Index vertex, Index from, const std::string& action,
                        Index after) {
  for (size_t i = 0; i < mapping_.transfers.size(); ++i) {
    const Transfer& transfer = mapping_.transfers[i];
    if (transfer.kind != kind || transfer.vertex != vertex || transfer.from != from) continue;
    const Route& route = mapping_.routes[i];
    if (route.links.empty()) return after;
    Step made = step(vertex, action, {after});
    const NocSpec& noc = spec().noc;
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

std::vector<Index> StepBuilder::producers(Index vertex) const {
  std::vector<Index> from;
  const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex), mapping_.network.graph);
  for (auto edge = begin; edge != end; ++edge) {
    from.push_back(static_cast<Index>(boost::source(*edge, mapping_.network.graph)));
  }
  return from;
}

LaneWork StepBuilder::quantisation(Index n) const {
  return {n, spec().digital.quantise.cycles, activations(n)};
}

}  // namespace ohm
