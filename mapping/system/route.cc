// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/route.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace ohm {
namespace {

/// The links of a transfer while its paths are laid, walked from the hub outwards.
class Tree {
 public:
  explicit Tree(const Mesh& mesh) : mesh_(mesh) {}

  /// A path from the hub (or, reversed, to it): `links` nearest to the hub first.
  void lay(const std::vector<Index>& links, std::int64_t bytes, bool multicast) {
    Index nearer = -1;
    for (size_t depth = 0; depth < links.size(); ++depth) {
      const Index number = entry(links[depth]);
      LinkLoad& load = loads_[static_cast<size_t>(number)];
      load.bytes = multicast ? bytes : load.bytes + bytes;
      load.hops = std::max(load.hops, static_cast<Index>(depth));
      if (nearer >= 0) follow(number, nearer);
      nearer = number;
    }
  }

  /// Links in an order in which each follows those that lead to it, `hops` from the first one.
  std::vector<LinkLoad> links(bool to_hub) {
    deepen();
    if (to_hub) turn_round();
    return in_order();
  }

 private:
  Index entry(Index link) {
    const auto [at, made] = entries_.try_emplace(link, std::ssize(loads_));
    if (made) loads_.push_back({link, 0, 0, {}});
    return at->second;
  }

  void follow(Index number, Index nearer) {
    std::vector<Index>& behind = loads_[static_cast<size_t>(number)].behind;
    if (std::find(behind.begin(), behind.end(), nearer) == behind.end()) behind.push_back(nearer);
  }

  /// Where paths of different lengths share a link between chips, the longest one counts for it and
  /// all beyond.
  void deepen() {
    std::vector<Index> order(loads_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto hops = [&](Index n) { return loads_[static_cast<size_t>(n)].hops; };
    for (bool moved = mesh_.n_levels() > 0; moved;) {
      moved = false;
      std::sort(order.begin(), order.end(),
                [&](Index a, Index b) { return std::pair(hops(a), a) < std::pair(hops(b), b); });
      for (const Index n : order) {
        LinkLoad& load = loads_[static_cast<size_t>(n)];
        for (const Index nearer : load.behind) {
          if (hops(nearer) < load.hops) continue;
          load.hops = hops(nearer) + 1;
          moved = true;
        }
      }
    }
  }

  /// Distances to the hub become distances from the farthest start.
  void turn_round() {
    Index longest = 0;
    for (const LinkLoad& load : loads_) longest = std::max(longest, load.hops);
    std::vector<std::vector<Index>> behind(loads_.size());
    for (size_t n = 0; n < loads_.size(); ++n) {
      LinkLoad& load = loads_[n];
      for (const Index nearer : load.behind) {
        behind[static_cast<size_t>(nearer)].push_back(static_cast<Index>(n));
      }
      load.hops = longest - load.hops;
    }
    for (size_t n = 0; n < loads_.size(); ++n) loads_[n].behind = std::move(behind[n]);
  }

  std::vector<LinkLoad> in_order() {
    std::vector<Index> order(loads_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto key = [&](Index n) {
      const LinkLoad& load = loads_[static_cast<size_t>(n)];
      return std::pair(load.hops, load.link);
    };
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return key(a) < key(b); });
    std::vector<Index> position(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      position[static_cast<size_t>(order[i])] = static_cast<Index>(i);
    }
    std::vector<LinkLoad> sorted;
    sorted.reserve(order.size());
    for (const Index n : order) {
      sorted.push_back(std::move(loads_[static_cast<size_t>(n)]));
      for (Index& before : sorted.back().behind) before = position[static_cast<size_t>(before)];
      std::sort(sorted.back().behind.begin(), sorted.back().behind.end());
    }
    return sorted;
  }

  const Mesh& mesh_;
  std::unordered_map<Index, Index> entries_;  // by link
  std::vector<LinkLoad> loads_;
};

}  // namespace

std::int64_t Route::noc_bytes() const {
  return link_bytes -
         std::accumulate(crossing_bytes.begin(), crossing_bytes.end(), std::int64_t{0});
}

Route route(const Mesh& mesh, const Transfer& transfer) {
  Route result;
  result.gathers = transfer.to_hub();
  Tree tree(mesh);
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    const Index tile = transfer.tiles[i];
    if (tile == transfer.hub) continue;
    auto path = transfer.to_hub() ? mesh.path(tile, transfer.hub) : mesh.path(transfer.hub, tile);
    if (transfer.to_hub()) std::reverse(path.begin(), path.end());
    tree.lay(path, transfer.bytes[i], transfer.multicast());
    result.ejected += transfer.bytes[i];
    result.injected = transfer.multicast() ? transfer.bytes.front() : result.ejected;
  }
  result.links = tree.links(transfer.to_hub());
  for (const LinkLoad& load : result.links) {
    result.hops = std::max(result.hops, load.hops + 1);
    result.link_bytes += load.bytes;
    const Index level = mesh.level_of(load.link);
    if (level >= 0) result.crossing_bytes[static_cast<size_t>(level)] += load.bytes;
  }
  return result;
}

}  // namespace ohm
