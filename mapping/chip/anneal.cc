// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/anneal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"

namespace ohm {
namespace {

constexpr Index kNobody = -1;
constexpr Index kBatch = 1024;
/// Purposes of random streams that belong to mapping count down from the top.
constexpr std::uint8_t kPlacement = 255;

struct Partner {
  Index group;
  std::int64_t bytes;
};

/// The traffic as each group sees it; the same for all chains.
struct Traffic {
  std::vector<std::vector<Partner>> partners;  ///< by group: unicasts, pairs merged
  std::vector<Flow> trees;
  std::vector<std::vector<Index>> trees_of;  ///< by group
  std::vector<Index> movable;

  Traffic(const std::vector<Flow>& flows, const AnnealSpec& spec);
};

Traffic::Traffic(const std::vector<Flow>& flows, const AnnealSpec& spec)
    : partners(spec.start.size()), trees_of(spec.start.size()) {
  std::map<std::pair<Index, Index>, std::int64_t> pairs;
  for (const Flow& flow : flows) {
    if (flow.tree()) {
      auto members = flow.groups;
      members.push_back(flow.hub);
      std::sort(members.begin(), members.end());
      members.erase(std::unique(members.begin(), members.end()), members.end());
      if (members.size() < 2 || flow.bytes.front() == 0) continue;
      for (const Index g : members) {
        trees_of[static_cast<size_t>(g)].push_back(std::ssize(trees));
      }
      trees.push_back(flow);
      continue;
    }
    for (size_t i = 0; i < flow.groups.size(); ++i) {
      if (flow.groups[i] == flow.hub || flow.bytes[i] == 0) continue;
      pairs[std::minmax(flow.hub, flow.groups[i])] += flow.bytes[i];
    }
  }
  for (const auto& [pair, bytes] : pairs) {
    partners[static_cast<size_t>(pair.first)].push_back({pair.second, bytes});
    partners[static_cast<size_t>(pair.second)].push_back({pair.first, bytes});
  }
  for (size_t g = 0; g < partners.size(); ++g) {
    const bool fixed = !spec.fixed.empty() && spec.fixed[g];
    if (!fixed && !(partners[g].empty() && trees_of[g].empty())) {
      movable.push_back(static_cast<Index>(g));
    }
  }
}

/// The random numbers of kBatch moves.
struct Draws {
  std::array<float, 4 * kBatch> uniforms;
  std::array<float, 2 * kBatch> normals;

  void fill(std::uint32_t seed, Index chain, Index batch) {
    const StreamKey key{seed, static_cast<std::uint32_t>(chain), kPlacement};
    const auto low = static_cast<std::uint32_t>(batch),
               high = static_cast<std::uint32_t>(batch >> 32);
    fill_uniform(key, {low, high, 0}, 0, uniforms);
    fill_normal(key, {low, high, 1}, 0, normals);
  }
};

/// The random numbers of one move, used in order.
struct Move {
  const float* uniform;
  const float* normal;

  /// One of 0 ... n - 1.
  Index pick(Index n) {
    return std::min(static_cast<Index>(*uniform++ * static_cast<float>(n)), n - 1);
  }
  /// An exponential variate: half the square of a normal vector in the plane; no libm needed.
  double exponential() const {
    const double a = normal[0], b = normal[1];
    return (a * a + b * b) / 2;
  }
};

/// One chain: the state of the annealing.
class Chain {
 public:
  Chain(const Interconnect& interconnect, const Traffic& traffic, const AnnealSpec& spec,
        Index number);

  void run();
  std::int64_t cost() const { return best_cost_; }
  const std::vector<Index>& place() const { return best_; }

 private:
  size_t at(Index i) const { return static_cast<size_t>(i); }
  std::int64_t tree_cost(const Flow& flow);
  std::int64_t move_partners(Index group, Index from, Index to, Index other) const;
  std::int64_t swap_delta(Index group, Index from, Index to, Index other);
  void put(Index group, Index place);
  void keep_trees();
  Index target(Index group, Move& move) const;
  void step(Move move, double temperature);
  double first_temperature();

  const Interconnect& interconnect_;
  const Traffic& traffic_;
  const AnnealSpec& spec_;
  Index number_;
  Draws draws_;
  std::vector<Index> place_, group_;  // by group, by place
  std::vector<std::int64_t> tree_cost_;
  std::vector<Index> mark_, touched_mark_;  // by place, by tree: the last visit
  std::vector<std::pair<Index, std::int64_t>> touched_;
  Index visit_ = 0, touch_ = 0, reach_ = 1;
  std::int64_t cost_ = 0, best_cost_ = 0;
  std::vector<Index> best_;
};

Chain::Chain(const Interconnect& interconnect, const Traffic& traffic, const AnnealSpec& spec,
             Index number)
    : interconnect_(interconnect),
      traffic_(traffic),
      spec_(spec),
      number_(number),
      place_(spec.start),
      group_(at(interconnect.size()), kNobody),
      mark_(at(interconnect.size()), 0),
      touched_mark_(traffic.trees.size(), 0) {
  for (size_t g = 0; g < place_.size(); ++g) group_[at(place_[g])] = static_cast<Index>(g);
  std::int64_t pairs = 0;
  for (size_t g = 0; g < place_.size(); ++g) {
    for (const Partner& p : traffic.partners[g]) {
      pairs += p.bytes * interconnect.hops(place_[g], place_[at(p.group)]);
    }
  }
  cost_ = pairs / 2;
  for (const Flow& tree : traffic.trees) {
    tree_cost_.push_back(tree_cost(tree));
    cost_ += tree_cost_.back();
  }
  best_cost_ = cost_;
  best_ = place_;
}

/// Climbs from each member towards the hub until it meets a route that was counted.
std::int64_t Chain::tree_cost(const Flow& flow) {
  const Index root = place_[at(flow.hub)];
  const bool outward = flow.kind == FlowKind::multicast;
  mark_[at(root)] = ++visit_;
  std::int64_t links = 0;
  for (const Index group : flow.groups) {
    for (Index here = place_[at(group)]; mark_[at(here)] != visit_;) {
      mark_[at(here)] = visit_;
      const Index next = interconnect_.parent(here, root, outward);
      links += interconnect_.hops(here, next);
      here = next;
    }
  }
  return links * flow.bytes.front();
}

/// What the unicasts of a group gain or lose; those with `other` keep their length in a swap.
std::int64_t Chain::move_partners(Index group, Index from, Index to, Index other) const {
  std::int64_t delta = 0;
  for (const Partner& p : traffic_.partners[at(group)]) {
    if (p.group == other) continue;
    const Index there = place_[at(p.group)];
    delta += p.bytes * (interconnect_.hops(to, there) - interconnect_.hops(from, there));
  }
  return delta;
}

void Chain::put(Index group, Index place) {
  group_[at(place)] = group;
  if (group != kNobody) place_[at(group)] = place;
}

/// Swaps the two and returns what that costs; new tree costs wait in touched_.
std::int64_t Chain::swap_delta(Index group, Index from, Index to, Index other) {
  std::int64_t delta = move_partners(group, from, to, other);
  if (other != kNobody) delta += move_partners(other, to, from, group);
  put(group, to);
  put(other, from);
  touched_.clear();
  ++touch_;
  for (const Index moved : {group, other}) {
    if (moved == kNobody) continue;
    for (const Index t : traffic_.trees_of[at(moved)]) {
      if (std::exchange(touched_mark_[at(t)], touch_) == touch_) continue;
      touched_.emplace_back(t, tree_cost(traffic_.trees[at(t)]));
      delta += touched_.back().second - tree_cost_[at(t)];
    }
  }
  return delta;
}

void Chain::keep_trees() {
  for (const auto& [tree, cost] : touched_) tree_cost_[at(tree)] = cost;
}

/// A place near a partner of the group, or near the group itself.
Index Chain::target(Index group, Move& move) const {
  const auto& partners = traffic_.partners[at(group)];
  const auto& trees = traffic_.trees_of[at(group)];
  const Index kinds = std::ssize(partners) + std::ssize(trees);
  const Index choice = move.pick(2 * kinds);
  Index near = place_[at(group)];
  if (choice < std::ssize(partners)) {
    near = place_[at(partners[at(choice)].group)];
  } else if (choice < kinds) {
    const Flow& tree = traffic_.trees[at(trees[at(choice - std::ssize(partners))])];
    const Index i = move.pick(std::ssize(tree.groups) + 1);
    near = place_[at(i < std::ssize(tree.groups) ? tree.groups[at(i)] : tree.hub)];
  } else {
    ++move.uniform;
  }
  // One uniform steers the whole walk: its digits in the base of each place's neighbours.
  double digits = *move.uniform++;
  for (Index step = 0; step < reach_; ++step) {
    const auto& neighbours = interconnect_.neighbours(near);
    if (neighbours.empty()) break;
    digits *= static_cast<double>(neighbours.size());
    const auto digit = std::min(static_cast<size_t>(digits), neighbours.size() - 1);
    digits -= static_cast<double>(digit);
    near = neighbours[digit];
  }
  return near;
}

void Chain::step(Move move, double temperature) {
  const Index group = traffic_.movable[at(move.pick(std::ssize(traffic_.movable)))];
  const Index from = place_[at(group)], to = target(group, move), other = group_[at(to)];
  const bool held = other != kNobody && !spec_.fixed.empty() && spec_.fixed[at(other)];
  if (to == from || held) return;
  const std::int64_t delta = swap_delta(group, from, to, other);
  if (static_cast<double>(delta) > temperature * move.exponential()) {
    put(group, from);
    put(other, to);
    return;
  }
  keep_trees();
  cost_ += delta;
}

/// A share of the mean change over the first moves: the start is good and worth keeping.
double Chain::first_temperature() {
  draws_.fill(spec_.seed, number_, spec_.moves / kBatch + 1);
  double sum = 0;
  for (Index i = 0; i < kBatch; ++i) {
    Move move{&draws_.uniforms[at(4 * i)], &draws_.normals[at(2 * i)]};
    const Index group = traffic_.movable[at(move.pick(std::ssize(traffic_.movable)))];
    const Index from = place_[at(group)], to = target(group, move), other = group_[at(to)];
    if (to == from) continue;
    sum += std::abs(static_cast<double>(swap_delta(group, from, to, other)));
    put(group, from);
    put(other, to);
  }
  return sum / static_cast<double>(kBatch);
}

void Chain::run() {
  if (traffic_.movable.empty() || interconnect_.size() < 2) return;
  constexpr Index kStages = 200;
  constexpr double kFirst = 0.3;               // of the mean change
  constexpr double kCooling = 0.977237220956;  // to a hundredth in kStages
  constexpr Index kFarthest = 8;
  double temperature = kFirst * first_temperature();
  Index done = 0;
  for (Index stage = 0; stage < kStages; ++stage, temperature *= kCooling) {
    reach_ = std::max<Index>(1, kFarthest * (kStages - stage) / kStages);
    const bool last = stage + 1 == kStages;
    for (const Index end = spec_.moves / kStages * (stage + 1) + (last ? spec_.moves % kStages : 0);
         done < end; ++done) {
      const Index i = done % kBatch;
      if (i == 0) draws_.fill(spec_.seed, number_, done / kBatch);
      step({&draws_.uniforms[at(4 * i)], &draws_.normals[at(2 * i)]}, last ? 0 : temperature);
    }
    if (cost_ < best_cost_) {
      best_cost_ = cost_;
      best_ = place_;
    }
  }
}

void check_start(const Interconnect& interconnect, const AnnealSpec& spec) {
  std::vector<bool> taken(static_cast<size_t>(interconnect.size()), false);
  for (size_t g = 0; g < spec.start.size(); ++g) {
    const Index place = spec.start[g];
    if (place >= 0 && place < interconnect.size() && !taken[static_cast<size_t>(place)]) {
      taken[static_cast<size_t>(place)] = true;
      continue;
    }
    throw ArgumentError(
        fmt::format("anneal: group {} starts on place {}; expected a place of its own, 0 to {}", g,
                    place, interconnect.size() - 1));
  }
  const bool sized = spec.fixed.empty() || spec.fixed.size() == spec.start.size();
  constexpr Index kMostChains = 1024, kMostGroups = Index{1} << 22;
  if (sized && spec.moves >= 0 && spec.chains >= 1 && spec.chains <= kMostChains &&
      std::ssize(spec.start) <= kMostGroups) {
    return;
  }
  throw ArgumentError(fmt::format(
      "anneal: {} groups, {} of them said to be fixed or not, {} moves in {} chains; expected up "
      "to {} groups, an entry for each or none, at least 0 moves and 1 to {} chains",
      spec.start.size(), spec.fixed.size(), spec.moves, spec.chains, kMostGroups, kMostChains));
}

}  // namespace

std::vector<Index> banded_snake(const Mesh& mesh, Index band, Index n_groups) {
  if (band < 1 || n_groups < 0 || n_groups > mesh.size()) {
    throw ArgumentError(fmt::format(
        "snake: {} groups in bands of {} rows on {} tiles; expected bands of at least 1 row and a "
        "tile for each group",
        n_groups, band, mesh.size()));
  }
  std::vector<Index> places;
  if (band == 1) {
    for (Index i = 0; i < n_groups; ++i) places.push_back(mesh.snake(i));
    return places;
  }
  places.reserve(static_cast<size_t>(mesh.size()));
  bool rightward = true, downward = true;
  for (Index top = 0; top < mesh.rows(); top += std::min(band, mesh.rows() - top)) {
    const Index height = std::min(band, mesh.rows() - top);
    for (Index i = 0; i < mesh.columns(); ++i) {
      const Index column = rightward ? i : mesh.columns() - 1 - i;
      for (Index j = 0; j < height; ++j) {
        places.push_back((top + (downward ? j : height - 1 - j)) * mesh.columns() + column);
      }
      if (height > 1) downward = !downward;
    }
    rightward = !rightward;
    downward = true;
  }
  places.resize(static_cast<size_t>(n_groups));
  return places;
}

std::vector<Index> compact_start(const Mesh& mesh, const std::vector<Flow>& flows, Index n_groups,
                                 const std::vector<Index>& crossing) {
  constexpr Index kTallest = 64;
  const Interconnect interconnect(mesh, crossing);
  check_flows(interconnect, flows, n_groups);
  std::vector<Index> best;
  std::int64_t least = -1;
  for (Index band = 1; band <= std::min(mesh.rows(), kTallest); ++band) {
    auto places = banded_snake(mesh, band, n_groups);
    std::int64_t cost = 0;
    for (const Flow& flow : flows) cost += hop_bytes(interconnect, flow, places);
    if (least >= 0 && cost >= least) continue;
    least = cost;
    best = std::move(places);
  }
  return best;
}

AnnealedPlacement anneal(const Interconnect& interconnect, const std::vector<Flow>& flows,
                         const AnnealSpec& spec) {
  check_start(interconnect, spec);
  check_flows(interconnect, flows, std::ssize(spec.start));
  const Traffic traffic(flows, spec);
  AnnealedPlacement result;
  for (const Flow& flow : flows) result.start_cost += hop_bytes(interconnect, flow, spec.start);
  result.bound = least_hop_bytes(interconnect, flows, std::ssize(spec.start));
  std::vector<std::pair<std::int64_t, std::vector<Index>>> ends(static_cast<size_t>(spec.chains));
  parallel_for(spec.threads, spec.chains, [&](Index number) {
    Chain chain(interconnect, traffic, spec, number);
    chain.run();
    ends[static_cast<size_t>(number)] = {chain.cost(), chain.place()};
  });
  const auto best = std::min_element(ends.begin(), ends.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;  // the first of equals
  });
  result.cost = best->first;
  result.place = std::move(best->second);
  return result;
}

}  // namespace ohm
