// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

/// Bytes of each pair of groups that unicasts join, the smaller number first.
std::map<std::pair<Index, Index>, std::int64_t> pairs_of(const std::vector<Flow>& flows) {
  std::map<std::pair<Index, Index>, std::int64_t> pairs;
  for (const Flow& flow : flows) {
    if (flow.tree()) continue;
    for (size_t i = 0; i < flow.groups.size(); ++i) {
      const auto pair = std::minmax(flow.hub, flow.groups[i]);
      if (pair.first != pair.second) pairs[pair] += flow.bytes[i];
    }
  }
  return pairs;
}

std::int64_t least_star(const Interconnect& interconnect, std::vector<std::int64_t> bytes) {
  std::sort(bytes.begin(), bytes.end(), std::greater<>());
  std::int64_t sum = 0;
  for (size_t r = 0; r < bytes.size(); ++r) sum += bytes[r] * interconnect.nearest()[r];
  return sum;
}

std::int64_t least_unicasts(const Interconnect& interconnect, const std::vector<Flow>& flows,
                            Index n_groups) {
  const auto pairs = pairs_of(flows);
  const auto n = static_cast<size_t>(n_groups);
  std::vector<std::vector<std::int64_t>> both(n), busier(n);
  for (const auto& [pair, bytes] : pairs) {
    both[static_cast<size_t>(pair.first)].push_back(bytes);
    both[static_cast<size_t>(pair.second)].push_back(bytes);
  }
  for (const auto& [pair, bytes] : pairs) {
    const auto a = static_cast<size_t>(pair.first), b = static_cast<size_t>(pair.second);
    busier[both[a].size() >= both[b].size() ? a : b].push_back(bytes);
  }
  std::int64_t one_end = 0, both_ends = 0;
  for (size_t g = 0; g < n; ++g) {
    one_end += least_star(interconnect, busier[g]);
    both_ends += least_star(interconnect, both[g]);
  }
  return std::max(one_end, (both_ends + 1) / 2);
}

void check_flow(const Flow& flow, Index n_groups) {
  const auto known = [&](Index group) { return group >= 0 && group < n_groups; };
  const size_t wanted = flow.tree() ? 1 : flow.groups.size();
  const bool valid = known(flow.hub) && flow.bytes.size() == wanted &&
                     std::all_of(flow.groups.begin(), flow.groups.end(), known) &&
                     std::all_of(flow.bytes.begin(), flow.bytes.end(),
                                 [](std::int64_t bytes) { return bytes >= 0; });
  if (valid) return;
  throw ArgumentError(fmt::format(
      "flow: hub {} with {} groups and {} counts of bytes; expected groups 0 to {} and {} counts "
      "of at least 0 bytes",
      flow.hub, flow.groups.size(), flow.bytes.size(), n_groups - 1, wanted));
}

}  // namespace

std::vector<Flow> flows_of(const std::vector<Transfer>& transfers) {
  std::vector<Flow> flows;
  for (const Transfer& each : transfers) {
    if (each.tiles.empty()) continue;
    for (const Transfer& part : simple_parts(per_token(each))) {
      const bool together = part.together > 1 || part.multicast();
      flows.push_back(
          {together ? FlowKind::multicast : FlowKind::unicast, part.hub, part.tiles, part.bytes});
      if (together) flows.back().bytes.resize(1);
    }
  }
  return flows;
}

void check_flows(const Interconnect& interconnect, const std::vector<Flow>& flows, Index n_groups) {
  const auto& nearest = interconnect.nearest();
  // No two places are farther apart than twice the longest way from place 0.
  double longest = 1;
  for (Index place = 0; place < interconnect.size(); ++place) {
    longest = std::max(longest, static_cast<double>(interconnect.hops(0, place)));
  }
  double most = 0;
  for (const Flow& flow : flows) {
    check_flow(flow, n_groups);
    for (size_t i = 0; i < flow.groups.size(); ++i) {
      most += static_cast<double>(flow.bytes[flow.tree() ? 0 : i]) * 2 * longest;
    }
  }
  if (most < 0x1p62 && n_groups <= std::ssize(nearest) + 1) return;
  throw ArgumentError(fmt::format(
      "flow: {} groups with up to {} bytes × hops on {} places; expected a place for each group "
      "and less than 2^62 bytes × hops",
      n_groups, most, interconnect.size()));
}

std::int64_t hop_bytes(const Interconnect& interconnect, const Flow& flow,
                       const std::vector<Index>& place) {
  const Index root = place[static_cast<size_t>(flow.hub)];
  std::int64_t sum = 0;
  std::set<Index> reached{root};
  for (size_t i = 0; i < flow.groups.size(); ++i) {
    Index at = place[static_cast<size_t>(flow.groups[i])];
    if (!flow.tree()) {
      sum += flow.bytes[i] * interconnect.hops(root, at);
      continue;
    }
    while (reached.insert(at).second) {
      const Index next = interconnect.parent(at, root, flow.kind == FlowKind::multicast);
      sum += flow.bytes.front() * interconnect.hops(at, next);
      at = next;
    }
  }
  return sum;
}

std::int64_t least_hop_bytes(const Interconnect& interconnect, const std::vector<Flow>& flows,
                             Index n_groups) {
  check_flows(interconnect, flows, n_groups);
  std::int64_t sum = least_unicasts(interconnect, flows, n_groups);
  if (interconnect.nearest().empty()) return sum;
  for (const Flow& flow : flows) {
    if (!flow.tree()) continue;
    std::set<Index> others(flow.groups.begin(), flow.groups.end());
    others.erase(flow.hub);
    sum += std::ssize(others) * flow.bytes.front() * interconnect.nearest().front();
  }
  return sum;
}

}  // namespace ohm
