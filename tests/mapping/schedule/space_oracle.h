// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

#include "mapping/schedule/schedule.h"

namespace ohm::testing {

/// The schedule with every event and the end of every step.
inline Schedule replayable(const TokenPlan& plan, const Request& request) {
  std::vector<Index> all(plan.steps.size());
  std::iota(all.begin(), all.end(), Index{0});
  return schedule(plan, request, request.tokens() * request.batch, all);
}

/// Walks through a finished schedule without the code that made it: what every step leaves in a
/// buffer, from when it was granted to the end of the last step that reads it.
class SpaceOracle {
 public:
  SpaceOracle(const TokenPlan& plan, const Request& request, const Schedule& made)
      : plan_(plan), request_(request), made_(made), readers_(plan.steps.size()) {
    for (size_t k = 0; k < plan.steps.size(); ++k) add_readers(k);
    for (const TimelineEvent& e : made.events) {
      granted_[{e.step, e.token, e.sequence}] = e.granted;
      EXPECT_LE(e.ready, e.granted);
      EXPECT_LE(e.granted, e.start);
    }
    walk_all();
    check();
  }

  std::map<Index, std::int64_t> peaks() const { return peaks_; }

 private:
  struct Change {
    Picoseconds time;
    bool taken;
    Index tile;
    std::tuple<Index, Index> token;
    std::int64_t bytes;
    bool operator<(const Change& other) const {
      return std::tie(time, taken) < std::tie(other.time, other.taken);
    }
  };

  bool runs(Index step, Index token, Index sequence) const {
    const Step& s = plan_.steps[static_cast<size_t>(step)];
    return applies(s, request_, token) && takes_turn(s, sequence, token);
  }

  /// Copies' ways meet in steps that do nothing.
  static bool joins(const Step& step) {
    return step.claims.empty() && step.deposits.empty() && step.latency == 0;
  }

  void add_readers(size_t k) {
    for (const Index before : plan_.steps[k].after) {
      if (joins(plan_.steps[k])) continue;
      read(before, static_cast<Index>(k));
    }
  }

  void read(Index what, Index by) {
    readers_[static_cast<size_t>(what)].insert(by);
    if (!joins(plan_.steps[static_cast<size_t>(what)])) return;
    for (const Index before : plan_.steps[static_cast<size_t>(what)].after) read(before, by);
  }

  Picoseconds end_of(Index step, Index token, Index sequence) const {
    return made_
        .watched[static_cast<size_t>(step)][static_cast<size_t>(token * request_.batch + sequence)];
  }

  Picoseconds granted(Index step, Index token, Index sequence) const {
    const auto at = granted_.find({step, token, sequence});
    if (at != granted_.end()) return at->second;
    const Step& s = plan_.steps[static_cast<size_t>(step)];  // it waits for nothing but space
    return end_of(step, token, sequence) - s.latency - s.extra(positions_of(request_, token));
  }

  void walk_all() {
    for (Index s = 0; s < request_.batch; ++s) {
      for (Index t = 0; t < request_.tokens(); ++t) {
        for (Index k = 0; k < std::ssize(plan_.steps); ++k) {
          if (runs(k, t, s)) walk(k, t, s);
        }
      }
    }
  }

  void walk(Index step, Index token, Index sequence) {
    const Picoseconds end = end_of(step, token, sequence);
    Picoseconds released = 0;
    bool read = false;
    for (const Index reader : readers_[static_cast<size_t>(step)]) {
      if (!runs(reader, token, sequence)) continue;
      read = true;
      released = std::max(released, end_of(reader, token, sequence));
      EXPECT_GE(granted(reader, token, sequence), end) << "read before it was there";
    }
    if (!read) released = end;
    for (const Deposit& at : plan_.steps[static_cast<size_t>(step)].deposits) {
      const std::tuple owner(token, sequence);
      changes_.push_back({granted(step, token, sequence), true, at.tile, owner, at.bytes});
      changes_.push_back({released, false, at.tile, owner, at.bytes});
    }
  }

  void check() {
    std::stable_sort(changes_.begin(), changes_.end());
    std::map<Index, std::map<std::tuple<Index, Index>, std::int64_t>> held;
    std::map<Index, std::int64_t> total;
    for (size_t i = 0; i < changes_.size(); ++i) {
      const Change& c = changes_[i];
      total[c.tile] += c.taken ? c.bytes : -c.bytes;
      auto& mine = held[c.tile][c.token];
      mine += c.taken ? c.bytes : -c.bytes;
      if (mine == 0) held[c.tile].erase(c.token);
      peaks_[c.tile] = std::max(peaks_[c.tile], total[c.tile]);
      const std::int64_t space = plan_.space[static_cast<size_t>(c.tile)];
      if (total[c.tile] > space) {
        EXPECT_EQ(held[c.tile].size(), 1u) << "tile " << c.tile << " at " << c.time << ": "
                                           << total[c.tile] << " bytes of " << space;
      }
    }
    for (const auto& [tile, bytes] : total) EXPECT_EQ(bytes, 0);
  }

  const TokenPlan& plan_;
  const Request& request_;
  const Schedule& made_;
  std::vector<std::set<Index>> readers_;
  std::map<std::tuple<Index, Index, Index>, Picoseconds> granted_;
  std::vector<Change> changes_;
  std::map<Index, std::int64_t> peaks_;
};

}  // namespace ohm::testing
