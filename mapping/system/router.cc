// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/router.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ohm {
namespace {

/// The links of a transfer while its paths are laid, walked from the hub outwards.
class Tree {
 public:
  /// `entries`: by link, all of them -1; they are so again when the tree is gone.
  Tree(const Mesh& mesh, std::vector<Index>& entries) : mesh_(mesh), entries_(entries) {}
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() {
    for (const Index link : laid_) entries_[static_cast<size_t>(link)] = -1;
  }

  /// A path to the hub (or, reversed, from it): `links` nearest to the hub first. Paths of one
  /// multicast carry their bytes once over each link.
  void lay(const std::vector<Index>& links, std::int64_t bytes, Index multicast) {
    Index nearer = -1;
    for (size_t depth = 0; depth < links.size(); ++depth) {
      const Index number = entry(links[depth]).first;
      LinkLoad& load = loads_[static_cast<size_t>(number)];
      if (std::exchange(last_[static_cast<size_t>(number)], multicast) != multicast) {
        load.bytes += bytes;
      }
      load.hops = std::max(load.hops, static_cast<Index>(depth));
      if (nearer >= 0) follow(number, nearer);
      nearer = number;
    }
  }

  /// The branch of a multicast to a tile, from there back to where the tree has been laid: a link
  /// on a chip has one way to it.
  void branch(Index hub, Index tile, std::int64_t bytes) {
    Index farther = -1, depth = mesh_.hops(hub, tile);
    for (Index here = tile; here != hub;) {
      const Index before = last_before(here, hub);
      const Index link = mesh_.link(before, here);
      const auto [number, made] = entry(link);
      LinkLoad& load = loads_[static_cast<size_t>(number)];
      load.bytes = bytes;
      load.hops = std::max(load.hops, --depth);
      if (farther >= 0) follow(farther, number);
      if (!made && mesh_.level_of(link) < 0) return;
      farther = number;
      here = before;
    }
  }

  /// Links in an order in which each follows those that lead to it, `hops` from the first one.
  std::vector<LinkLoad> links(bool to_hub) {
    deepen();
    if (to_hub) turn_round();
    return in_order();
  }

 private:
  /// The last tile before `to` on the way from another one.
  Index last_before(Index to, Index from) const {
    const Index width = mesh_.columns(), rows_apart = to / width - from / width;
    if (rows_apart != 0) return rows_apart > 0 ? to - width : to + width;
    return to > from ? to - 1 : to + 1;
  }

  std::pair<Index, bool> entry(Index link) {
    Index& number = entries_[static_cast<size_t>(link)];
    const bool made = number < 0;
    if (made) {
      number = std::ssize(loads_);
      loads_.push_back({link, 0, 0, {}});
      laid_.push_back(link);
      last_.push_back(-1);
    }
    return {number, made};
  }

  void follow(Index number, Index nearer) {
    Leaders& behind = loads_[static_cast<size_t>(number)].behind;
    if (std::find(behind.begin(), behind.end(), nearer) == behind.end()) behind.push_back(nearer);
  }

  /// Where paths of different lengths share a link (between chips, or to several hubs), the longest
  /// one counts for it and all beyond.
  void deepen() {
    for (bool moved = true; moved;) {
      moved = false;
      for (LinkLoad& load : loads_) {
        for (const Index nearer : load.behind) {
          const Index least = loads_[static_cast<size_t>(nearer)].hops + 1;
          if (load.hops >= least) continue;
          load.hops = least;
          moved = true;
        }
      }
    }
  }

  /// Distances to the hub become distances from the farthest start.
  void turn_round() {
    Index longest = 0;
    for (const LinkLoad& load : loads_) longest = std::max(longest, load.hops);
    std::vector<Leaders> behind(loads_.size());
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
    std::vector<std::tuple<Index, Index, Index>> order;  // hops, link, number
    order.reserve(loads_.size());
    for (const LinkLoad& load : loads_) order.emplace_back(load.hops, load.link, std::ssize(order));
    std::sort(order.begin(), order.end());
    std::vector<Index> position(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      position[static_cast<size_t>(std::get<2>(order[i]))] = static_cast<Index>(i);
    }
    std::vector<LinkLoad> sorted;
    sorted.reserve(order.size());
    for (const auto& [hops, link, n] : order) {
      sorted.push_back(std::move(loads_[static_cast<size_t>(n)]));
      for (Index& before : sorted.back().behind) before = position[static_cast<size_t>(before)];
      std::sort(sorted.back().behind.begin(), sorted.back().behind.end());
    }
    return sorted;
  }

  const Mesh& mesh_;
  std::vector<Index>& entries_;  // by link: its entry of loads_, or -1
  std::vector<Index> laid_;      // links
  std::vector<LinkLoad> loads_;
  std::vector<Index> last_;  // by entry of loads_: the multicast that was laid over it last
};

}  // namespace

Router::Router(const Mesh& mesh) : mesh_(mesh) {}

Route Router::route(const Transfer& transfer) {
  Route result;
  result.gathers = transfer.to_hub();
  entries_.resize(static_cast<size_t>(mesh_.n_links()), -1);
  Tree tree(mesh_, entries_);
  Index counted = -1;  // the multicast whose bytes have entered
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    const Index tile = transfer.tiles[i], hub = transfer.hub_of(i);
    const Index multicast = transfer.multicast_of(i);
    if (tile == hub) continue;
    if (transfer.multicast()) {
      tree.branch(hub, tile, transfer.bytes[i]);
    } else {
      auto path = result.gathers ? mesh_.path(tile, hub) : mesh_.path(hub, tile);
      if (result.gathers) std::reverse(path.begin(), path.end());
      tree.lay(path, transfer.bytes[i], multicast);
    }
    result.ejected += transfer.bytes[i];
    if (std::exchange(counted, multicast) != multicast) result.injected += transfer.bytes[i];
  }
  result.links = tree.links(transfer.to_hub());
  for (const LinkLoad& load : result.links) {
    result.hops = std::max(result.hops, load.hops + 1);
    result.link_bytes += load.bytes;
    const Index kind = mesh_.edge_kind(load.link);
    if (kind >= 0) result.crossing_bytes[static_cast<size_t>(kind)] += load.bytes;
  }
  return result;
}

}  // namespace ohm
