// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mapping/schedule/calendar.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// The ways of a plan's messages, link after link (virtual cut-through): each link is taken as soon
/// as the head of the message is there and the link is free. So is each of several memories that
/// serve parts of one fetch, which grow with its positions.
class Hops {
 public:
  /// How long the end of a message has waited, and for which resource; -1: for none.
  struct Wait {
    Picoseconds time = 0;
    Index resource = -1;
  };

  explicit Hops(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      first_.push_back(links_.size());
      positions_take_.push_back(step.growth.per_position);
      if (step.hops) add(step);
    }
    first_.push_back(links_.size());
  }

  /// Sends a message of the step off at `ready`; no link will be asked for a time before `now`.
  /// `occupied`: for how long the step grows.
  Wait send(size_t step, Picoseconds now, Picoseconds ready, Picoseconds occupied,
            std::vector<Calendar>& calendars) {
    const Link* const links = links_.data() + first_[step];
    const size_t n = first_[step + 1] - first_[step];
    const Picoseconds positions = occupied == 0 ? 0 : occupied / positions_take_[step];
    late_.resize(std::max(late_.size(), n));
    Picoseconds latest = 0, undisturbed = 0;
    Wait wait;
    for (size_t c = 0; c < n; ++c) {
      const Link& link = links[c];
      Picoseconds late = 0;
      for (std::uint32_t b = link.behind; b < link.behind_end; ++b) {
        late = std::max(late, late_[behind_[b]]);
      }
      const Picoseconds arrival = ready + link.offset + late;
      const Picoseconds grown = positions * link.per_position;
      const Picoseconds start = calendars[link.resource].take(now, arrival, link.busy + grown);
      if (start > arrival) wait.resource = static_cast<Index>(link.resource);
      late_[c] = start - ready - link.offset;
      undisturbed = std::max(undisturbed, link.end + grown);
      latest = std::max(latest, link.end + grown + late_[c]);
    }
    wait.time = latest - undisturbed;
    return wait;
  }

  /// How late the last message has entered its first link.
  Picoseconds late() const { return late_.front(); }

 private:
  struct Link {
    std::uint32_t resource = 0;
    std::uint32_t behind = 0, behind_end = 0;
    Picoseconds offset = 0, busy = 0;
    Picoseconds end = 0;  // it, and links left out behind it, have let go
    Picoseconds per_position = 0;
  };

  void add(const Step& step) {
    for (const Claim& claim : step.claims) {
      Link link{static_cast<std::uint32_t>(claim.resource),
                static_cast<std::uint32_t>(behind_.size()),
                0,
                claim.offset,
                claim.busy,
                claim.offset + std::max(claim.busy, claim.tail),
                std::max<Picoseconds>(0, claim.per_position)};
      for (const Index b : claim.behind) behind_.push_back(static_cast<std::uint32_t>(b));
      link.behind_end = static_cast<std::uint32_t>(behind_.size());
      links_.push_back(link);
    }
  }

  std::vector<size_t> first_;                // by step: its first link
  std::vector<Picoseconds> positions_take_;  // by step: each of them, of the slowest memory
  std::vector<Link> links_;
  std::vector<std::uint32_t> behind_;  // links of the same step
  std::vector<Picoseconds> late_{0};   // by link of the message at hand
};

}  // namespace ohm
