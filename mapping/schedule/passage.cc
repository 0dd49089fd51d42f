// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/passage.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "mapping/schedule/picoseconds.h"
#include "mapping/system/memory_load.h"

namespace ohm {
namespace {

/// Times of one transfer's hops.
class Timing {
 public:
  Timing(const Chip& chip, const std::string& action)
      : mesh_(chip.mesh), noc_(chip.spec.noc), system_(chip.spec.system), action_(action) {}

  Index level(const LinkLoad& load) const { return mesh_.level_of(load.link); }
  Index noc_hop() const { return noc_.router_cycles + noc_.link_cycles; }
  Index flits(const LinkLoad& load) const {
    return load.bytes == 0 ? 0 : (load.bytes * 8 - 1) / noc_.flit_bits + 1;
  }
  Picoseconds clocked(Index n) const { return cycles(n, noc_.clock, action_); }

  /// From the start of the transfer's longest way to the head's arrival at this link.
  Picoseconds offset(const LinkLoad& load) const {
    Index crossed = 0;
    Seconds flight;
    for (size_t k = 0; k < system_.size(); ++k) {
      crossed += load.crossings[k];
      flight += static_cast<double>(load.crossings[k]) * system_[k].link.latency;
    }
    const Index in_cycles = load.hops * noc_hop() - crossed * noc_.link_cycles;
    return clocked(in_cycles) + picoseconds(flight, action_);
  }

  /// From the head's arrival at a link between chips to that at the router behind it.
  Picoseconds crossing(const LinkLoad& load) const {
    return clocked(noc_.router_cycles) + picoseconds(spec(load).link.latency, action_);
  }

  Picoseconds busy(const LinkLoad& load) const {
    if (level(load) < 0) return clocked(flits(load));
    const Bytes bytes(static_cast<double>(load.bytes));
    const auto wide = static_cast<double>(spec(load).links_per_edge);
    return picoseconds(bytes / (wide * spec(load).link.bandwidth), action_);
  }

 private:
  const LevelSpec& spec(const LinkLoad& load) const {
    return system_[static_cast<size_t>(level(load))];
  }

  const Mesh& mesh_;
  const NocSpec& noc_;
  const SystemSpec& system_;
  const std::string& action_;
};

/// A path that is not the longest may need less of everything: the transfer starts with its first
/// byte.
void start_at_zero(std::vector<Claim>& claims) {
  Picoseconds first = claims.front().offset;
  for (const Claim& claim : claims) first = std::min(first, claim.offset);
  for (Claim& claim : claims) claim.offset -= first;
}

/// When the head has arrived at the end of the longest way through each link.
std::vector<Picoseconds> arrivals(const Timing& timing, const Route& route,
                                  const std::vector<Claim>& claims) {
  std::vector<Picoseconds> reach(claims.size());
  for (size_t i = 0; i < claims.size(); ++i) {
    const LinkLoad& load = route.links[i];
    const Picoseconds hop =
        timing.level(load) < 0 ? timing.clocked(timing.noc_hop()) : timing.crossing(load);
    reach[i] = claims[i].offset + hop;
  }
  for (size_t i = claims.size(); i-- > 0;) {
    for (const Index before : claims[i].behind) {
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

}  // namespace

Passage passage_of(const Chip& chip, const Route& route, const std::string& action) {
  const Timing timing(chip, action);
  Passage passage;
  Index last = 0;
  for (const LinkLoad& load : route.links) {
    passage.claims.push_back({load.link, timing.offset(load), timing.busy(load), load.behind});
    if (timing.level(load) < 0) {
      last = std::max(last, load.hops * timing.noc_hop() + timing.flits(load));
    }
  }
  if (!crosses(route)) {
    passage.latency = timing.clocked(last + timing.noc_hop() - 1);
    return passage;
  }
  start_at_zero(passage.claims);
  const auto reach = arrivals(timing, route, passage.claims);
  for (size_t i = 0; i < passage.claims.size(); ++i) {
    const LinkLoad& load = route.links[i];
    const Claim& claim = passage.claims[i];
    const Picoseconds tail =
        timing.level(load) < 0
            ? claim.offset + timing.clocked(timing.flits(load) + timing.noc_hop() - 1)
            : reach[i] + claim.busy;
    passage.latency = std::max(passage.latency, tail);
  }
  return passage;
}

Fetch fetch_of(const Chip& chip, const std::vector<Index>& tiles, std::int64_t bytes,
               const std::string& action) {
  const MemoryLoad load = memory_load(chip, tiles);
  const auto all = static_cast<double>(bytes);
  Fetch fetch;
  Seconds longest;
  for (const auto& [number, share] : load.drams) {
    longest = std::max(longest, Bytes(share * all) / chip.spec.dram.bandwidth);
    fetch.drams.push_back({number, 0, 0});
  }
  for (const auto& [number, share] : load.links) {
    const LevelSpec& level = chip.spec.system[static_cast<size_t>(chip.mesh.level_of(number))];
    const auto wide = static_cast<double>(level.links_per_edge);
    longest = std::max(longest, Bytes(share * all) / (wide * level.link.bandwidth));
    fetch.links.push_back({number, 0, 0});
  }
  fetch.busy = picoseconds(longest, action);
  for (Claim& claim : fetch.drams) claim.busy = fetch.busy;
  for (Claim& claim : fetch.links) claim.busy = fetch.busy;
  fetch.start_up = picoseconds(chip.spec.dram.latency + 2.0 * load.flight, action);
  return fetch;
}

Resource link_resource(const Mesh& mesh, Index link) {
  const Index level = mesh.level_of(link);
  if (level < 0) return {ResourceKind::link, link, fmt::format("noc link {}", link)};
  constexpr ResourceKind kKinds[kMostLevels] = {ResourceKind::chip_link, ResourceKind::package_link,
                                                ResourceKind::board_link};
  const ResourceKind kind = kKinds[static_cast<size_t>(level)];
  return {kind, link, fmt::format("{} {}", to_string(kind), link)};
}

}  // namespace ohm
