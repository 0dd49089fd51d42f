// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/merge_alike.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <unordered_map>
#include <utility>

namespace ohm {
namespace {

struct Use {
  size_t step, claim;
};

using Key = std::vector<Picoseconds>;

/// Resources in an order in which each follows those that lead to it on any message. Those on a
/// circle are missing, and those behind it.
std::vector<size_t> downstream(const TokenPlan& plan) {
  std::vector<Index> before(plan.resources.size(), 0);
  std::vector<std::vector<size_t>> next(plan.resources.size());
  for (const Step& step : plan.steps) {
    for (const Claim& claim : step.claims) {
      for (const Index b : claim.behind) {
        const auto from = static_cast<size_t>(step.claims[static_cast<size_t>(b)].resource);
        next[from].push_back(static_cast<size_t>(claim.resource));
        ++before[static_cast<size_t>(claim.resource)];
      }
    }
  }
  std::vector<size_t> order;
  for (size_t r = 0; r < before.size(); ++r) {
    if (before[r] == 0) order.push_back(r);
  }
  for (size_t i = 0; i < order.size(); ++i) {
    for (const size_t r : next[order[i]]) {
      if (--before[r] == 0) order.push_back(r);
    }
  }
  return order;
}

class Merger {
 public:
  explicit Merger(TokenPlan plan) : plan_(std::move(plan)), uses_(plan_.resources.size()) {
    for (size_t k = 0; k < plan_.steps.size(); ++k) {
      for (size_t c = 0; c < plan_.steps[k].claims.size(); ++c) {
        uses_[static_cast<size_t>(plan_.steps[k].claims[c].resource)].push_back({k, c});
      }
    }
    find_classes();
  }

  TokenPlan merged() {
    TokenPlan merged{std::move(resources_), std::move(plan_.steps), std::move(plan_.gating),
                     std::move(plan_.space)};
    for (Step& step : merged.steps) merge_claims(step);
    return merged;
  }

 private:
  void find_classes() {
    class_of_.assign(uses_.size(), -1);
    std::unordered_map<Key, Index, boost::hash<Key>> seen;
    for (const size_t r : downstream(plan_)) {
      if (uses_[r].empty()) continue;
      if (claimed_twice(r)) {
        class_of_[r] = std::ssize(resources_);
        resources_.push_back(plan_.resources[r]);
        continue;
      }
      const auto [at, fresh] = seen.try_emplace(signature(r), std::ssize(resources_));
      if (fresh) resources_.push_back(plan_.resources[r]);
      class_of_[r] = at->second;
    }
    for (size_t r = 0; r < uses_.size(); ++r) {
      if (uses_[r].empty() || class_of_[r] >= 0) continue;
      class_of_[r] = std::ssize(resources_);
      resources_.push_back(plan_.resources[r]);
    }
    members_.assign(resources_.size(), 0);
    for (const Index merged : class_of_) {
      if (merged >= 0) ++members_[static_cast<size_t>(merged)];
    }
  }

  /// By one step; such a resource is like no other.
  bool claimed_twice(size_t resource) const {
    const auto same = [](const Use& a, const Use& b) { return a.step == b.step; };
    const auto& uses = uses_[resource];
    return std::adjacent_find(uses.begin(), uses.end(), same) != uses.end();
  }

  /// What decides when a resource is taken.
  Key signature(size_t resource) {
    Key key{plan_.resources[resource].kind == ResourceKind::dram};  // shared by layers left out
    for (const Use& use : uses_[resource]) {
      const Step& step = plan_.steps[use.step];
      const Claim& claim = step.claims[use.claim];
      leaders_.clear();
      for (const Index b : claim.behind) {
        const Claim& before = step.claims[static_cast<size_t>(b)];
        leaders_.emplace_back(class_of_[static_cast<size_t>(before.resource)], before.offset);
      }
      std::sort(leaders_.begin(), leaders_.end());
      leaders_.erase(std::unique(leaders_.begin(), leaders_.end()), leaders_.end());
      key.insert(key.end(), {static_cast<Picoseconds>(use.step), claim.offset, claim.busy,
                             claim.per_position, static_cast<Picoseconds>(leaders_.size())});
      for (const auto& [leader, offset] : leaders_) key.insert(key.end(), {leader, offset});
    }
    return key;
  }

  /// One claim on every class, in the order of the first.
  void merge_claims(Step& step) {
    std::vector<Claim> left;
    std::vector<Index> place(step.claims.size());
    std::unordered_map<Index, Index> place_of;  // by class of several
    for (size_t c = 0; c < step.claims.size(); ++c) {
      Claim& claim = step.claims[c];
      const Index merged = class_of_[static_cast<size_t>(claim.resource)];
      place[c] = std::ssize(left);
      if (members_[static_cast<size_t>(merged)] > 1) {
        place[c] = place_of.try_emplace(merged, place[c]).first->second;
      }
      if (place[c] < std::ssize(left)) {
        Picoseconds& tail = left[static_cast<size_t>(place[c])].tail;
        tail = std::max(tail, claim.tail);
        continue;
      }
      for (Index& before : claim.behind) before = place[static_cast<size_t>(before)];
      std::sort(claim.behind.begin(), claim.behind.end());
      claim.behind.erase(std::unique(claim.behind.begin(), claim.behind.end()), claim.behind.end());
      claim.resource = merged;
      left.push_back(std::move(claim));
    }
    step.claims = std::move(left);
  }

  TokenPlan plan_;
  std::vector<std::vector<Use>> uses_;  // by resource
  std::vector<Index> class_of_;         // by resource
  std::vector<std::pair<Index, Picoseconds>> leaders_;
  std::vector<Resource> resources_;  // by class
  std::vector<Index> members_;       // by class: resources
};

}  // namespace

TokenPlan merge_alike(TokenPlan plan) {
  return Merger(std::move(plan)).merged();
}

}  // namespace ohm
