// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/power_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "mapping/network/experts.h"

namespace ohm {
namespace {

/// Tiles and their weights.
using Shares = std::vector<std::pair<Index, double>>;

Shares evenly(const std::vector<Index>& tiles) {
  Shares shares;
  for (const Index tile : tiles) shares.emplace_back(tile, 1.0);
  return shares;
}

Shares all_tiles(const Mapping& mapping) {
  std::vector<Index> tiles(static_cast<size_t>(mapping.chip.mesh.size()));
  std::iota(tiles.begin(), tiles.end(), Index{0});
  return evenly(tiles);
}

Shares powered_tiles(const Mapping& mapping) {
  const Index used = mapping.placement.tiles_used;
  if (mapping.chip.powered_tiles(used) == mapping.chip.mesh.size()) return all_tiles(mapping);
  std::set<Index> tiles;
  for (const Slot& slot : mapping.placement.slots) tiles.insert(slot.tile);
  if (tiles.empty()) return {{0, 1.0}};  // a network without crossbars runs where the DRAM is
  return evenly({tiles.begin(), tiles.end()});
}

bool is_attention(OpKind kind) {
  return kind == OpKind::attention_scores || kind == OpKind::softmax ||
         kind == OpKind::attention_values || kind == OpKind::rope;
}

/// Matrices that take tokens in turn with this one: itself, or its expert's whole group.
std::vector<Index> takers_of_turns(const Network& network, Index matmul) {
  const StaticMatmul& one = network.matmuls[static_cast<size_t>(matmul)];
  if (!one.routed()) return {matmul};
  std::vector<Index> group;
  for (const StaticMatmul& other : network.matmuls) {
    const bool alike = other.routed() && other.layer == one.layer && other.part == one.part;
    if (alike && group_of(network.spec, other.expert) == group_of(network.spec, one.expert)) {
      group.push_back(other.id);
    }
  }
  return group;
}

/// Tiles of all copies that take tokens in turn, by their blocks.
Shares copies_of(const Mapping& mapping, Index matmul) {
  Shares shares;
  for (const Index each : takers_of_turns(mapping.network, matmul)) {
    for (Index copy = 0; copy < mapping.placement.copies(each); ++copy) {
      const MatmulSite& site = mapping.placement.site(each, copy);
      for (size_t i = 0; i < site.tiles.size(); ++i) {
        shares.emplace_back(site.tiles[i], static_cast<double>(site.blocks[i]));
      }
    }
  }
  return shares;
}

Shares tiles_of(const Mapping& mapping, Index vertex) {
  const Operator& op = mapping.network.op(vertex);
  const Placement& placement = mapping.placement;
  if (op.matmul >= 0) {
    Shares shares = copies_of(mapping, op.matmul);
    if (!shares.empty()) return shares;
  }
  if (is_attention(op.kind)) {
    const AttentionSite& site = placement.attention[static_cast<size_t>(op.layer)];
    if (!site.tiles.empty()) return evenly(site.tiles);
  }
  return {{placement.home[static_cast<size_t>(vertex)], 1.0}};
}

void deal(double watts, const Shares& shares, std::vector<double>& map) {
  double sum = 0.0;
  for (const auto& [tile, share] : shares) sum += share;
  for (const auto& [tile, share] : shares) map[static_cast<size_t>(tile)] += watts * share / sum;
}

}  // namespace

bool is_leakage(const Leaf& leaf) {
  return leaf.phase == "static" && leaf.component.starts_with("leakage");
}

PowerMap power_map(const Mapping& mapping, const Ledger& ledger, Seconds makespan) {
  if (!(makespan.si() > 0.0)) {
    throw ArgumentError(
        fmt::format("power map: makespan of {} s; expected a positive time", makespan.si()));
  }
  std::unordered_map<std::string, Shares> of_operator;
  for (const Index vertex : mapping.network.order) {
    if (!is_listed(mapping.network, vertex)) continue;
    of_operator.emplace(mapping.network.op(vertex).name, tiles_of(mapping, vertex));
  }
  std::set<std::string> of_chip;
  for (const PartSpec& part : mapping.chip.spec.parts) of_chip.insert(part.name);
  const Shares powered = powered_tiles(mapping), all = all_tiles(mapping);
  const auto tiles = static_cast<size_t>(mapping.chip.mesh.size());
  PowerMap map{std::vector<double>(tiles, 0.0), std::vector<double>(tiles, 0.0), {}};
  for (const auto& [leaf, cost] : ledger.leaves()) {
    const Watts power = cost.energy / makespan;
    const auto found = of_operator.find(leaf.op);
    if (leaf.component.starts_with("dram")) {
      map.outside += power;
    } else if (is_leakage(leaf)) {
      deal(power.si(), powered, map.leakage);
    } else if (found != of_operator.end()) {
      deal(power.si(), found->second, map.fixed);
    } else {
      deal(power.si(), of_chip.contains(leaf.component) ? all : powered, map.fixed);
    }
  }
  return map;
}

}  // namespace ohm
