// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/expand_plan.h"

#include <algorithm>
#include <utility>

namespace ohm {
namespace {

bool same_times(const Step& a, const Step& b) {
  return a.action == b.action && a.latency == b.latency && a.growth == b.growth &&
         a.hops == b.hops && a.tokens == b.tokens && a.order == b.order &&
         a.gate_first == b.gate_first && a.gate_last == b.gate_last && a.turns == b.turns &&
         a.turn == b.turn && a.claims.size() == b.claims.size() && a.after.size() == b.after.size();
}

bool same_times(const Claim& a, const Claim& b) {
  return a.offset == b.offset && a.busy == b.busy && a.behind == b.behind && a.tail == b.tail &&
         a.per_position == b.per_position;
}

class Expander {
 public:
  Expander(const TokenPlan& plan, StepRange period)
      : plan_(plan), period_(period), like_(plan.resources.size(), -1) {}

  /// Finds out what in the period corresponds to what in the one before.
  bool is_congruent() {
    if (period_.first < period_.size || !plan_.space.empty()) return false;
    for (Index k = period_.first; k < period_.end(); ++k) {
      if (!corresponds(step(k - period_.size), step(k))) return false;
    }
    std::vector<Index> met(plan_.resources.size(), -1);
    for (Index r = 0; r < std::ssize(like_); ++r) {
      const Index to = like_[static_cast<size_t>(r)];
      if (to < 0) continue;
      if (std::exchange(met[static_cast<size_t>(to)], r) >= 0) return false;  // two are one
    }
    return reaches_no_further();
  }

  TokenPlan expand(Index times) {
    TokenPlan expanded{plan_.resources, {}, {}, {}};
    expanded.steps.reserve(plan_.steps.size() + static_cast<size_t>(times * period_.size));
    expanded.steps.assign(plan_.steps.begin(), plan_.steps.begin() + period_.end());
    for (const Index r : claimed()) now_.push_back({r, r});
    for (Index copy = 1; copy <= times; ++copy) {
      number_copy(expanded.resources);
      for (Index k = period_.first; k < period_.end(); ++k) {
        expanded.steps.push_back(moved(step(k), copy));
      }
    }
    for (Index k = period_.end(); k < std::ssize(plan_.steps); ++k) {
      expanded.steps.push_back(moved(step(k), times));
    }
    return expanded;
  }

 private:
  const Step& step(Index k) const { return plan_.steps[static_cast<size_t>(k)]; }

  bool corresponds(const Step& before, const Step& here) {
    if (!same_times(before, here)) return false;
    for (size_t i = 0; i < here.after.size(); ++i) {
      if (!follows_alike(before.after[i], here.after[i])) return false;
    }
    if (!follows_alike(before.gate, here.gate)) return false;
    for (size_t c = 0; c < here.claims.size(); ++c) {
      if (!same_times(before.claims[c], here.claims[c])) return false;
      Index& to = like_[static_cast<size_t>(before.claims[c].resource)];
      if (to >= 0 && to != here.claims[c].resource) return false;
      to = here.claims[c].resource;
    }
    return true;
  }

  /// What the period shares with steps before the one before it, that one claims as well.
  bool reaches_no_further() const {
    std::vector<bool> earlier(plan_.resources.size(), false);
    for (Index k = 0; k < period_.first - period_.size; ++k) {
      for (const Claim& claim : step(k).claims) earlier[static_cast<size_t>(claim.resource)] = true;
    }
    for (Index k = period_.first; k < period_.end(); ++k) {
      for (const Claim& claim : step(k).claims) {
        const auto r = static_cast<size_t>(claim.resource);
        if (earlier[r] && like_[r] < 0) return false;
      }
    }
    return true;
  }

  /// The same step from a period to the next, or one before both of them for all.
  bool follows_alike(Index before, Index here) const {
    return here == before + period_.size || (here == before && here < period_.first - period_.size);
  }

  /// Resources of the period and of the one before.
  std::vector<Index> claimed() const {
    std::vector<Index> claimed;
    for (Index k = period_.first - period_.size; k < period_.end(); ++k) {
      for (const Claim& claim : step(k).claims) claimed.push_back(claim.resource);
    }
    std::sort(claimed.begin(), claimed.end());
    claimed.erase(std::unique(claimed.begin(), claimed.end()), claimed.end());
    return claimed;
  }

  Index number(Index resource) const {
    const auto at =
        std::lower_bound(now_.begin(), now_.end(), std::pair<Index, Index>{resource, 0});
    return at != now_.end() && at->first == resource ? at->second : resource;
  }

  /// From one copy of the period to the next: what a resource of the one before is here it becomes,
  /// all others are new.
  void number_copy(std::vector<Resource>& resources) {
    std::vector<std::pair<Index, Index>> next = now_;
    for (auto& [resource, to] : next) {
      const Index like = like_[static_cast<size_t>(resource)];
      if (like >= 0) {
        to = number(like);
        continue;
      }
      Resource made = resources[static_cast<size_t>(resource)];
      to = std::ssize(resources);
      resources.push_back(std::move(made));
    }
    now_ = std::move(next);
  }

  Step moved(Step made, Index copy) const {
    const auto move = [&](Index& k) {
      if (k >= period_.first - period_.size) k += copy * period_.size;
    };
    for (Index& before : made.after) move(before);
    move(made.gate);
    for (Claim& claim : made.claims) claim.resource = number(claim.resource);
    return made;
  }

  const TokenPlan& plan_;
  const StepRange period_;
  std::vector<Index> like_;  // by resource of the period before: that of the period, or -1
  std::vector<std::pair<Index, Index>> now_;  // resources of both periods in the copy at hand
};

}  // namespace

std::optional<TokenPlan> expand_plan(const TokenPlan& plan, StepRange period, Index times) {
  Expander expander(plan, period);
  if (!expander.is_congruent()) return std::nullopt;
  return expander.expand(times);
}

}  // namespace ohm
