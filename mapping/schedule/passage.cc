// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/passage.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mapping/schedule/picoseconds.h"
#include "mapping/system/memory_load.h"

namespace ohm {
namespace {

/// Times of one transfer's hops.
class Timing {
 public:
  Timing(const Chip& chip, const std::string& action)
      : chip_(chip), noc_(chip.spec.noc), action_(action) {}

  bool inside(const LinkLoad& load) const { return chip_.mesh.level_of(load.link) < 0; }
  Index noc_hop() const { return noc_.router_cycles + noc_.link_cycles; }
  Index flits(const LinkLoad& load) const {
    return load.bytes == 0 ? 0 : (load.bytes * 8 - 1) / noc_.flit_bits + 1;
  }
  Picoseconds clocked(Index n) const { return cycles(n, noc_.clock, action_); }

  /// From the head's arrival at a link to that at the router behind it.
  Picoseconds hop(const LinkLoad& load) const {
    if (inside(load)) return clocked(noc_hop());
    return clocked(noc_.router_cycles) + picoseconds(chip_.edge(load.link).link.latency, action_);
  }

  Picoseconds busy(const LinkLoad& load) const {
    if (inside(load)) return clocked(flits(load));
    const Bytes bytes(static_cast<double>(load.bytes));
    return picoseconds(bytes / chip_.edge(load.link).bandwidth(), action_);
  }

 private:
  const Chip& chip_;
  const NocSpec& noc_;
  const std::string& action_;
};

/// When the head arrives at each link, from the start of the longest way.
///
/// Outwards, a link waits for all that lead to it; a gather's links leave as late as all ways
/// ending together allow.
std::vector<Picoseconds> offsets_of(const Timing& timing, const Route& route) {
  const size_t n = route.links.size();
  std::vector<Picoseconds> offsets(n, 0), left(n, 0);  // left: from the head's arrival to the end
  Picoseconds longest = 0;
  for (size_t i = 0; i < n; ++i) {
    for (const Index before : route.links[i].behind) {
      const auto b = static_cast<size_t>(before);
      offsets[i] = std::max(offsets[i], offsets[b] + timing.hop(route.links[b]));
    }
  }
  if (!route.gathers) return offsets;
  for (size_t i = n; i-- > 0;) {
    left[i] += timing.hop(route.links[i]);
    longest = std::max(longest, left[i]);
    for (const Index before : route.links[i].behind) {
      const auto b = static_cast<size_t>(before);
      left[b] = std::max(left[b], left[i]);
    }
  }
  for (size_t i = 0; i < n; ++i) offsets[i] = longest - left[i];
  return offsets;
}

/// When the head has arrived at the end of the longest way through each link.
std::vector<Picoseconds> arrivals(const Timing& timing, const Route& route,
                                  const std::vector<Picoseconds>& offsets) {
  std::vector<Picoseconds> reach(offsets.size(), 0);
  for (size_t i = offsets.size(); i-- > 0;) {
    reach[i] = std::max(reach[i], offsets[i] + timing.hop(route.links[i]));
    for (const Index before : route.links[i].behind) {
      Picoseconds& earlier = reach[static_cast<size_t>(before)];
      earlier = std::max(earlier, reach[i]);
    }
  }
  return reach;
}

bool crosses(const Route& route) {
  return std::any_of(route.crossing_bytes.begin(), route.crossing_bytes.end(),
                     [](std::int64_t bytes) { return bytes > 0; });
}

/// Whole cycles from one end to the other.
Passage on_chip(const Timing& timing, const Route& route) {
  Passage passage;
  Index last = 0;
  for (const LinkLoad& load : route.links) {
    const Index before = load.hops * timing.noc_hop(), flits = timing.flits(load);
    passage.claims.push_back(
        {load.link, timing.clocked(before), timing.clocked(flits), load.behind});
    last = std::max(last, before + flits);
  }
  passage.latency = timing.clocked(last + timing.noc_hop() - 1);
  return passage;
}

Picoseconds longest_of(const std::vector<Claim>& claims) {
  Picoseconds longest = 0;
  for (const Claim& claim : claims) longest = std::max(longest, claim.busy);
  return longest;
}

}  // namespace

Passage passage_of(const Chip& chip, const Route& route, const std::string& action) {
  const Timing timing(chip, action);
  if (!crosses(route)) return on_chip(timing, route);
  const auto offsets = offsets_of(timing, route);
  const auto reach = arrivals(timing, route, offsets);
  Passage passage;
  for (size_t i = 0; i < offsets.size(); ++i) {
    const LinkLoad& load = route.links[i];
    const Picoseconds busy = timing.busy(load);
    passage.claims.push_back({load.link, offsets[i], busy, load.behind});
    const bool on_chip = timing.inside(load);
    const Picoseconds tail =
        on_chip ? offsets[i] + timing.clocked(timing.flits(load) + timing.noc_hop() - 1)
                : reach[i] + busy;
    passage.latency = std::max(passage.latency, tail);
  }
  return passage;
}

Fetch fetch_of(const Chip& chip, const std::vector<Index>& tiles, const MemoryAccess& wanted,
               const std::string& action) {
  const DramSpec& dram = wanted.memory != nullptr ? *wanted.memory : chip.spec.dram;
  const Index pieces = wanted.pieces;
  const DramAccess access = pieces > 0 ? DramAccess::scattered : DramAccess::run;
  const MemoryLoad load = memory_load(chip, tiles);
  const auto all = static_cast<double>(wanted.bytes);
  Fetch fetch;
  Seconds answered;
  for (const auto& [number, share] : load.drams) {
    const auto part = static_cast<std::int64_t>(std::llround(share * all));
    answered = std::max(answered, access_time(dram, part, access, std::max<Index>(1, pieces)));
    fetch.drams.push_back({number, 0, picoseconds(occupation(dram, part, access), action)});
  }
  for (const auto& [number, share] : load.links) {
    const Seconds carried = Bytes(share * all) / chip.edge(number).bandwidth();
    fetch.links.push_back({number, 0, picoseconds(carried, action)});
  }
  const Picoseconds served = longest_of(fetch.drams);
  fetch.busy = std::max(served, longest_of(fetch.links));
  fetch.start_up = picoseconds(answered + 2.0 * load.flight, action) - served;
  return fetch;
}

Resource link_resource(const Mesh& mesh, Index link) {
  const Index level = mesh.level_of(link);
  if (level < 0) return {ResourceKind::link, link};
  constexpr ResourceKind kKinds[kMostLevels] = {ResourceKind::chip_link, ResourceKind::package_link,
                                                ResourceKind::board_link};
  return {kKinds[static_cast<size_t>(level)], link};
}

}  // namespace ohm
