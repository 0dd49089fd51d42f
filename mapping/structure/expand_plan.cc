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

/// What of one kind (resources, or tiles) a period and the one before use, and what stands for it
/// in each copy.
class Likes {
 public:
  explicit Likes(Index n) : like_(static_cast<size_t>(n), -1) {}

  bool has(Index before) const { return like_[static_cast<size_t>(before)] >= 0; }

  /// `here` is to the period what `before` is to the one before; false if something else is.
  bool pair(Index before, Index here) {
    Index& to = like_[static_cast<size_t>(before)];
    if (to >= 0 && to != here) return false;
    to = here;
    return true;
  }

  /// Whether no two are one.
  bool is_one_to_one() const {
    std::vector<bool> met(like_.size(), false);
    for (const Index to : like_) {
      if (to < 0) continue;
      if (met[static_cast<size_t>(to)]) return false;
      met[static_cast<size_t>(to)] = true;
    }
    return true;
  }

  /// Of both periods, before any copy.
  void begin(std::vector<Index> used) {
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    for (const Index each : used) now_.push_back({each, each});
  }

  /// What stands for it in the copy at hand.
  Index number(Index each) const {
    const auto at = std::lower_bound(now_.begin(), now_.end(), std::pair<Index, Index>{each, 0});
    return at != now_.end() && at->first == each ? at->second : each;
  }

  /// From one copy of the period to the next: what one of the period before is here it becomes,
  /// all others are made.
  template <class Make>
  void next(const Make& make) {
    std::vector<std::pair<Index, Index>> next = now_;
    for (auto& [each, to] : next) {
      to = has(each) ? number(like_[static_cast<size_t>(each)]) : make(each);
    }
    now_ = std::move(next);
  }

 private:
  std::vector<Index> like_;  // by number in the period before: in the period, or -1
  std::vector<std::pair<Index, Index>> now_;  // of both periods, in the copy at hand
};

class Expander {
 public:
  Expander(const TokenPlan& plan, StepRange period)
      : plan_(plan), period_(period), resources_(std::ssize(plan.resources)), tiles_(n_tiles()) {}

  /// Finds out what in the period corresponds to what in the one before.
  bool is_congruent() {
    if (period_.first < period_.size || !plan_.space.empty()) return false;
    for (Index k = period_.first; k < period_.end(); ++k) {
      if (!corresponds(step(k - period_.size), step(k))) return false;
    }
    return resources_.is_one_to_one() && tiles_.is_one_to_one() && reaches_no_further();
  }

  TokenPlan expand(Index times) {
    TokenPlan expanded{plan_.resources, {}, plan_.gating, {}};
    expanded.steps.reserve(plan_.steps.size() + static_cast<size_t>(times * period_.size));
    expanded.steps.assign(plan_.steps.begin(), plan_.steps.begin() + period_.end());
    begin();
    for (Index copy = 1; copy <= times; ++copy) {
      number_copy(expanded);
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

  /// That a resource works; none without a rule.
  const std::vector<Index>& tiles_of(Index resource) const {
    static const std::vector<Index> kNone;
    const auto& all = plan_.gating.tiles_of;
    return all.empty() ? kNone : all[static_cast<size_t>(resource)];
  }

  Index n_tiles() const {
    Index n = 0;
    for (const std::vector<Index>& works : plan_.gating.tiles_of) {
      for (const Index tile : works) n = std::max(n, tile + 1);
    }
    return n;
  }

  bool corresponds(const Step& before, const Step& here) {
    if (!same_times(before, here)) return false;
    for (size_t i = 0; i < here.after.size(); ++i) {
      if (!follows_alike(before.after[i], here.after[i])) return false;
    }
    if (!follows_alike(before.gate, here.gate)) return false;
    for (size_t c = 0; c < here.claims.size(); ++c) {
      if (!same_times(before.claims[c], here.claims[c])) return false;
      if (!correspond(before.claims[c].resource, here.claims[c].resource)) return false;
    }
    return true;
  }

  bool correspond(Index before, Index here) {
    const std::vector<Index>&from = tiles_of(before), &to = tiles_of(here);
    if (!resources_.pair(before, here) || from.size() != to.size()) return false;
    for (size_t i = 0; i < to.size(); ++i) {
      if (!tiles_.pair(from[i], to[i])) return false;
    }
    return true;
  }

  /// What the period shares with steps before the one before it, that one uses as well.
  bool reaches_no_further() const {
    std::vector<bool> resources(plan_.resources.size(), false);
    std::vector<bool> tiles(static_cast<size_t>(n_tiles()), false);
    for (Index k = 0; k < period_.first - period_.size; ++k) {
      for (const Claim& claim : step(k).claims) {
        resources[static_cast<size_t>(claim.resource)] = true;
        for (const Index tile : tiles_of(claim.resource)) tiles[static_cast<size_t>(tile)] = true;
      }
    }
    const auto alone = [&](const Claim& claim) {
      const Index r = claim.resource;
      if (resources[static_cast<size_t>(r)] && !resources_.has(r)) return false;
      return std::all_of(tiles_of(r).begin(), tiles_of(r).end(), [&](Index tile) {
        return !tiles[static_cast<size_t>(tile)] || tiles_.has(tile);
      });
    };
    for (Index k = period_.first; k < period_.end(); ++k) {
      if (!std::all_of(step(k).claims.begin(), step(k).claims.end(), alone)) return false;
    }
    return true;
  }

  /// The same step from a period to the next, or one before both of them for all.
  bool follows_alike(Index before, Index here) const {
    return here == before + period_.size || (here == before && here < period_.first - period_.size);
  }

  /// With what the period and the one before use.
  void begin() {
    std::vector<Index> resources, tiles;
    for (Index k = period_.first - period_.size; k < period_.end(); ++k) {
      for (const Claim& claim : step(k).claims) resources.push_back(claim.resource);
    }
    for (const Index r : resources) {
      tiles.insert(tiles.end(), tiles_of(r).begin(), tiles_of(r).end());
    }
    resources_.begin(std::move(resources));
    tiles_.begin(std::move(tiles));
    next_tile_ = n_tiles();
  }

  void number_copy(TokenPlan& expanded) {
    tiles_.next([&](Index) { return next_tile_++; });
    resources_.next([&](Index resource) {
      Resource made = plan_.resources[static_cast<size_t>(resource)];
      expanded.resources.push_back(std::move(made));
      if (!plan_.gating.tiles_of.empty()) {
        std::vector<Index> works = tiles_of(resource);
        for (Index& tile : works) tile = tiles_.number(tile);
        expanded.gating.tiles_of.push_back(std::move(works));
      }
      return std::ssize(expanded.resources) - 1;
    });
  }

  Step moved(Step made, Index copy) const {
    const auto move = [&](Index& k) {
      if (k >= period_.first - period_.size) k += copy * period_.size;
    };
    for (Index& before : made.after) move(before);
    move(made.gate);
    for (Claim& claim : made.claims) claim.resource = resources_.number(claim.resource);
    return made;
  }

  const TokenPlan& plan_;
  const StepRange period_;
  Likes resources_, tiles_;
  Index next_tile_ = 0;
};

}  // namespace

std::optional<TokenPlan> expand_plan(const TokenPlan& plan, StepRange period, Index times) {
  Expander expander(plan, period);
  if (!expander.is_congruent()) return std::nullopt;
  return expander.expand(times);
}

}  // namespace ohm
