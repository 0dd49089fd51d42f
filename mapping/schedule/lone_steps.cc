// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/lone_steps.h"

#include <algorithm>

namespace ohm {
namespace {

/// A link, or a group of links, that is held and has let go so long after the step's start.
struct Held {
  Picoseconds held, end;
};

/// By claim: the longest that a message is held on its way up to it.
std::vector<Held> links_of(const Step& step) {
  std::vector<Held> links;
  links.reserve(step.claims.size());
  for (const Claim& claim : step.claims) {
    Held link{claim.busy, claim.offset + std::max(claim.busy, claim.tail)};
    for (const Index before : claim.behind) {
      link.held = std::max(link.held, links[static_cast<size_t>(before)].held);
    }
    links.push_back(link);
  }
  return links;
}

}  // namespace

std::vector<LoneSteps::Queue> LoneSteps::queues_of(const Step& step) {
  if (step.claims.empty()) return {};
  std::vector<Held> links = links_of(step);
  const auto by_end = [](const Held& a, const Held& b) { return a.end < b.end; };
  const auto slower = [](const Held& a, const Held& b) {
    return a.held != b.held ? a.held > b.held : a.end > b.end;
  };
  std::sort(links.begin(), links.end(), slower);
  if (!step.hops || step.growth.per_position > 0) return {{links.front().held}};
  const Picoseconds last = std::max_element(links.begin(), links.end(), by_end)->end;
  std::vector<Queue> queues;
  for (const Held& link : links) {
    const Picoseconds hidden = last - link.end;
    if (queues.empty() || hidden < queues.back().hidden) queues.push_back({link.held, hidden});
  }
  return queues;
}

LoneSteps::LoneSteps(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    queues_.push_back(queues_of(step));
  }
}

void LoneSteps::serve(size_t k, Picoseconds occupied, std::vector<Picoseconds>& times) {
  std::vector<Queue>& queues = queues_[k];
  if (queues.size() > 1) ready_ = times;
  for (size_t q = 0; q < queues.size(); ++q) {
    Queue& queue = queues[q];
    const Picoseconds held = queue.held + occupied, hidden = queue.hidden;
    const std::vector<Picoseconds>& ready = q == 0 ? times : ready_;
    Picoseconds free = queue.free;
    for (size_t s = 0; s < times.size(); ++s) {
      const Picoseconds start = std::max(ready[s], free);
      free = start + held;
      times[s] = std::max(q == 0 ? start - hidden : times[s], start - hidden);
    }
    queue.free = free;
  }
}

}  // namespace ohm
