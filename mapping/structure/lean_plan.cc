// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/lean_plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "mapping/structure/merge_alike.h"

namespace ohm {
namespace {

/// One claim on a resource.
struct Use {
  Index step, claim;
};

/// All claims, resource by resource.
class Uses {
 public:
  explicit Uses(const TokenPlan& plan) : first_(plan.resources.size() + 1, 0) {
    for (const Step& step : plan.steps) {
      for (const Claim& claim : step.claims) ++first_[static_cast<size_t>(claim.resource) + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    all_.resize(first_.back());
    std::vector<size_t> next(first_.begin(), first_.end() - 1);
    for (size_t k = 0; k < plan.steps.size(); ++k) {
      const auto& claims = plan.steps[k].claims;
      for (size_t c = 0; c < claims.size(); ++c) {
        all_[next[static_cast<size_t>(claims[c].resource)]++] = {static_cast<Index>(k),
                                                                 static_cast<Index>(c)};
      }
    }
  }

  size_t size() const { return first_.size() - 1; }
  std::span<const Use> operator[](size_t resource) const {
    return std::span(all_).subspan(first_[resource], first_[resource + 1] - first_[resource]);
  }

 private:
  std::vector<size_t> first_;
  std::vector<Use> all_;
};

const Claim& claim_of(const TokenPlan& plan, const Use& use) {
  return plan.steps[static_cast<size_t>(use.step)].claims[static_cast<size_t>(use.claim)];
}

bool never_hops(const TokenPlan& plan, std::span<const Use> uses) {
  return std::none_of(uses.begin(), uses.end(), [&](const Use& use) {
    return plan.steps[static_cast<size_t>(use.step)].hops;
  });
}

/// What decides when a resource is taken: step, offset and time of every claim on it.
std::vector<Picoseconds> signature(const TokenPlan& plan, std::span<const Use> uses) {
  std::vector<Picoseconds> key;
  for (const Use& use : uses) {
    const Claim& claim = claim_of(plan, use);
    key.insert(key.end(), {use.step, claim.offset, claim.busy, claim.per_position});
  }
  return key;
}

/// Whether the first claim of a step holds its resource longer than the second, at any position.
bool longer(const Claim& a, const Claim& b) {
  const auto growth = [](const Claim& claim) {
    constexpr Picoseconds kMost = std::numeric_limits<Picoseconds>::max();
    return claim.per_position == Claim::kAsStep ? kMost : claim.per_position;
  };
  return std::pair(growth(a), a.busy) > std::pair(growth(b), b.busy);
}

/// Resources without links: one of each signature, and of those with one user the longest held.
std::vector<bool> kept_units(const TokenPlan& plan, const Uses& uses) {
  std::vector<bool> kept(uses.size(), true);
  std::map<std::vector<Picoseconds>, Index> seen;
  std::map<std::pair<Index, Picoseconds>, size_t> longest;  // by step and offset
  for (size_t r = 0; r < uses.size(); ++r) {
    if (uses[r].empty() || !never_hops(plan, uses[r])) continue;
    if (uses[r].size() > 1) {
      kept[r] = seen.emplace(signature(plan, uses[r]), 0).second;
      continue;
    }
    const Claim& claim = claim_of(plan, uses[r].front());
    const auto [at, first] = longest.try_emplace({uses[r].front().step, claim.offset}, r);
    if (first) continue;
    const bool replaces = longer(claim, claim_of(plan, uses[at->second].front()));
    kept[replaces ? at->second : r] = false;
    if (replaces) at->second = r;
  }
  return kept;
}

/// Whether every message over this link comes over one other, as far from it, and holds it no
/// longer; messages of that one go on here or not.
bool follows(const TokenPlan& plan, const Uses& uses, size_t link) {
  Index leader = -1;
  Picoseconds distance = 0;
  for (const Use& use : uses[link]) {
    const Step& step = plan.steps[static_cast<size_t>(use.step)];
    const Claim& claim = claim_of(plan, use);
    if (!step.hops || claim.behind.size() != 1) return false;
    const Claim& before = step.claims[static_cast<size_t>(claim.behind.front())];
    if (before.busy < claim.busy) return false;
    const Picoseconds apart = claim.offset - before.offset;
    if (leader >= 0 && (leader != before.resource || distance != apart)) return false;
    leader = before.resource;
    distance = apart;
  }
  return leader >= 0;
}

/// Links of one step alone that lead to one other link only, which that step holds no shorter: a
/// message that waits for one of them would wait there anyhow.
std::vector<bool> leading(const TokenPlan& plan, const Uses& uses, const std::vector<bool>& kept) {
  std::vector<bool> leads(uses.size(), false);
  for (const Step& step : plan.steps) {
    if (!step.hops) continue;
    std::vector<Index> children(step.claims.size(), 0);
    for (const Claim& claim : step.claims) {
      for (const Index b : claim.behind) ++children[static_cast<size_t>(b)];
    }
    for (const Claim& claim : step.claims) {
      if (!kept[static_cast<size_t>(claim.resource)]) continue;  // it follows
      for (const Index b : claim.behind) {
        const Claim& before = step.claims[static_cast<size_t>(b)];
        const auto r = static_cast<size_t>(before.resource);
        const bool alone = uses[r].size() == 1 && children[static_cast<size_t>(b)] == 1;
        if (alone && before.busy <= claim.busy) leads[r] = true;
      }
    }
  }
  return leads;
}

void keep_once(Leaders& leaders) {
  if (leaders.size() < 2) return;
  std::sort(leaders.begin(), leaders.end());
  leaders.erase(std::unique(leaders.begin(), leaders.end()), leaders.end());
}

/// Claims without those on resources that are not kept; links take their followers' time.
std::vector<Claim> thinned_out(const std::vector<Claim>& claims, const std::vector<bool>& kept,
                               const std::vector<bool>& leads) {
  std::vector<Claim> left;
  left.reserve(static_cast<size_t>(std::count_if(claims.begin(), claims.end(), [&](const Claim& c) {
    return kept[static_cast<size_t>(c.resource)];
  })));
  std::vector<Leaders> places(claims.size());  // claims left that stand for each
  for (size_t c = 0; c < claims.size(); ++c) {
    const Claim& claim = claims[c];
    Leaders& behind = places[c];
    for (const Index before : claim.behind) {
      const Leaders& of = places[static_cast<size_t>(before)];
      behind.insert(behind.end(), of.begin(), of.end());
    }
    keep_once(behind);
    if (kept[static_cast<size_t>(claim.resource)]) {
      left.push_back({claim.resource, claim.offset, claim.busy, behind, claim.tail,
                      claim.per_position});
      behind.assign(1, std::ssize(left) - 1);
    } else if (!leads[static_cast<size_t>(claim.resource)] && !behind.empty()) {
      Claim& leader = left[static_cast<size_t>(behind.front())];
      leader.tail = std::max(leader.tail, claim.offset - leader.offset + claim.busy);
    }
  }
  return left;
}

/// The step with other claims.
Step with_claims(const Step& step, std::vector<Claim> claims) {
  return {step.vertex, step.action, std::move(claims), step.latency,
          step.growth, step.after,  step.hops,         step.tokens,
          step.order,  step.gate,   step.gate_first,   step.gate_last,
          step.turns,  step.turn,   step.deposits,     step.spilled};
}

/// Only the resources that are claimed, renumbered.
void take_claimed(const std::vector<Resource>& resources, TokenPlan& plan) {
  std::vector<Index> number(resources.size(), -1);
  for (Step& step : plan.steps) {
    for (Claim& claim : step.claims) {
      Index& to = number[static_cast<size_t>(claim.resource)];
      if (to < 0) {
        to = std::ssize(plan.resources);
        plan.resources.push_back(resources[static_cast<size_t>(claim.resource)]);
      }
      claim.resource = to;
    }
  }
}

}  // namespace

TokenPlan lean_plan(const TokenPlan& plan) {
  const Uses uses(plan);
  std::vector<bool> kept = kept_units(plan, uses);
  for (size_t r = 0; r < uses.size(); ++r) {
    if (!uses[r].empty() && follows(plan, uses, r)) kept[r] = false;
  }
  const std::vector<bool> leads = leading(plan, uses, kept);
  for (size_t r = 0; r < uses.size(); ++r) {
    if (leads[r]) kept[r] = false;
  }
  TokenPlan lean{{}, {}, {}, plan.space};
  lean.steps.reserve(plan.steps.size());
  for (const Step& step : plan.steps) {
    lean.steps.push_back(with_claims(step, thinned_out(step.claims, kept, leads)));
  }
  take_claimed(plan.resources, lean);
  return merge_alike(std::move(lean));
}

}  // namespace ohm
