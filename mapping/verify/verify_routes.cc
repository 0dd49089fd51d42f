// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_routes.h"

#include <fmt/format.h>

#include <boost/graph/iteration_macros.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "mapping/verify/violated.h"

namespace ohm {
namespace {

/// Where a link leads from and to.
using Ends = std::vector<std::pair<Index, Index>>;

Ends ends_of(const Mesh& mesh) {
  const MeshGraph graph = mesh_graph(mesh);
  Ends ends(static_cast<size_t>(mesh.n_links()));
  const auto number = boost::get(boost::edge_index, graph);
  BGL_FORALL_EDGES_T(edge, graph, MeshGraph) {
    ends[static_cast<size_t>(number[edge])] = {static_cast<Index>(boost::source(edge, graph)),
                                               static_cast<Index>(boost::target(edge, graph))};
  }
  return ends;
}

/// Each link of a multicast starts where the message has already been; all tiles are reached.
void check_multicast(const Transfer& t, const Route& route, const Ends& ends) {
  std::set<Index> reached{t.hub};
  for (const LinkLoad& load : route.links) {
    const auto [from, to] = ends.at(static_cast<size_t>(load.link));
    if (!reached.contains(from) || !reached.insert(to).second || load.bytes != t.bytes.front()) {
      violated(fmt::format("a multicast of {} bytes from tile {} takes link {} to {} with {} bytes",
                           t.bytes.front(), t.hub, from, to, load.bytes));
    }
  }
  for (const Index tile : t.tiles) {
    if (reached.contains(tile)) continue;
    violated(fmt::format("a multicast from tile {} does not reach tile {}", t.hub, tile));
  }
}

/// What enters a tile, less what leaves it, is what the transfer leaves there.
void check_unicasts(const Transfer& t, const Route& route, const Ends& ends) {
  std::map<Index, std::int64_t> left;
  const std::int64_t sign = t.to_hub() ? -1 : 1;
  for (const LinkLoad& load : route.links) {
    const auto [from, to] = ends.at(static_cast<size_t>(load.link));
    left[to] += load.bytes;
    left[from] -= load.bytes;
  }
  for (size_t i = 0; i < t.tiles.size(); ++i) {
    left[t.tiles[i]] -= sign * t.bytes[i];
    left[t.hub_of(i)] += sign * t.bytes[i];
  }
  for (const auto& [tile, bytes] : left) {
    if (bytes == 0) continue;
    violated(fmt::format("a route from or to tile {} leaves {} bytes too many on tile {}", t.hub,
                         bytes, tile));
  }
}

/// Tile after tile along the row, then along the column.
std::vector<Index> walk(Index from, Index to, const Mesh& mesh) {
  const Index columns = mesh.columns();
  std::vector<Index> links;
  while (from != to) {
    const Index across = to % columns - from % columns;
    const Index step = across != 0 ? (across > 0 ? 1 : -1) : (to > from ? columns : -columns);
    const std::vector<Index> hop = mesh.path(from, from + step);
    if (hop.size() != 1) violated(fmt::format("a hop from tile {} by {} is no link", from, step));
    links.push_back(hop.front());
    from += step;
  }
  return links;
}

/// What a hop between two chips takes: what one of their dies names, else the links of its level.
const EdgeSpec& links_between(const Chip& chip, Index a, Index b, Index level) {
  for (const Index at : {a, b}) {
    const Index die = die_at(chip.spec.dies, at);
    if (level > 0 || die < 0) continue;
    const auto& own = chip.spec.dies[static_cast<size_t>(die)].links;
    if (!own.empty()) return own.front();
  }
  return chip.spec.system[static_cast<size_t>(level)];
}

/// Hops between chips are costed as what their dies say.
void check_edge(const Chip& chip, Index tile, Index next) {
  const Mesh& mesh = chip.mesh;
  const Index a = mesh.chip_of(tile), b = mesh.chip_of(next);
  if (a == b) return;
  for (const Index link : {mesh.link(tile, next), mesh.link(next, tile)}) {
    if (chip.edge(link) == links_between(chip, a, b, mesh.level_of(link))) continue;
    violated(fmt::format("hops between chips {} and {} are costed as {}", a, b,
                         chip.edge(link).link.name));
  }
}

void check_edges(const Chip& chip) {
  const Mesh& mesh = chip.mesh;
  const Index columns = mesh.columns();
  for (Index tile = 0; tile < mesh.size(); ++tile) {
    if ((tile + 1) % columns != 0) check_edge(chip, tile, tile + 1);
    if (tile + columns < mesh.size()) check_edge(chip, tile, tile + columns);
  }
}

/// Each link carries what the paths over it carry, a multicast once. All hops over one edge of a
/// chip share its link, which has no two ends of its own.
void check_paths(const Transfer& t, const Route& route, const Mesh& mesh) {
  std::map<Index, std::int64_t> carried;
  std::set<std::pair<Index, Index>> taken;  // links by multicasts
  const auto n = static_cast<Index>(t.tiles.size()), each = t.multicast() ? n : t.together;
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<size_t>(i);
    const Index tile = t.tiles[at], hub = t.ends.empty() ? t.hub : t.ends[at];
    for (const Index link : t.to_hub() ? walk(tile, hub, mesh) : walk(hub, tile, mesh)) {
      if (taken.emplace(link, i / each).second) carried[link] += t.bytes[at];
    }
  }
  for (const LinkLoad& load : route.links) carried[load.link] -= load.bytes;
  for (const auto& [link, bytes] : carried) {
    if (bytes == 0) continue;
    violated(fmt::format("a route from or to tile {} carries {} bytes {} over link {}", t.hub,
                         std::abs(bytes), bytes > 0 ? "too few" : "too many", link));
  }
}

}  // namespace

void verify_routes(const Mapping& mapping) {
  if (mapping.routes.size() != mapping.transfers.size()) {
    violated(
        fmt::format("{} routes for {} transfers", mapping.routes.size(), mapping.transfers.size()));
  }
  const bool shared = mapping.chip.mesh.n_levels() > 0;
  if (!mapping.chip.dies.empty()) check_edges(mapping.chip);
  const Ends ends = shared ? Ends() : ends_of(mapping.chip.mesh);
  for (size_t i = 0; i < mapping.routes.size(); ++i) {
    const Transfer& t = mapping.transfers[i];
    const Route& route = mapping.routes[i];
    if (shared || t.together > 1) {
      check_paths(t, route, mapping.chip.mesh);
    } else {
      (t.multicast() ? check_multicast : check_unicasts)(t, route, ends);
    }
  }
}

}  // namespace ohm
