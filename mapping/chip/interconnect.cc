// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/interconnect.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/iteration_macros.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

constexpr Index kMostCost = Index{1} << 20;

std::vector<std::vector<Index>> neighbours_in(const MeshGraph& graph) {
  std::vector<std::vector<Index>> neighbours(boost::num_vertices(graph));
  BGL_FORALL_EDGES_T(edge, graph, MeshGraph) {
    neighbours[boost::source(edge, graph)].push_back(
        static_cast<Index>(boost::target(edge, graph)));
  }
  for (auto& list : neighbours) std::sort(list.begin(), list.end());
  return neighbours;
}

std::vector<Index> neighbours_in(const Mesh& mesh, Index place) {
  const Index width = mesh.columns(), column = place % width;
  std::vector<Index> near;
  if (place >= width) near.push_back(place - width);
  if (column > 0) near.push_back(place - 1);
  if (column + 1 < width) near.push_back(place + 1);
  if (place + width < mesh.size()) near.push_back(place + width);
  return near;
}

/// Cost of the way from position 0 to `at`: 1 per hop, where it enters another unit its link's.
template <class Unit>
Index way(const std::vector<Index>& crossing, Index at, const Unit& unit) {
  Index sum = at, dearer = 1;
  for (size_t k = 0; k < crossing.size(); ++k) {
    // a hop out of a unit of level k leaves those of all lower levels, too
    sum += unit(static_cast<Index>(k), at) * (crossing[k] - dearer);
    dearer = crossing[k];
  }
  return sum;
}

[[noreturn]] void refuse(const std::string& found, const std::string& expected) {
  throw ArgumentError(fmt::format("interconnect: {}; expected {}", found, expected));
}

void check_links(const MeshGraph& graph, const std::vector<Index>& cost) {
  const auto number = boost::get(boost::edge_index, graph);
  BGL_FORALL_EDGES_T(edge, graph, MeshGraph) {
    const auto from = boost::source(edge, graph), to = boost::target(edge, graph);
    const Index n = number[edge];
    if (n < 0 || n >= std::ssize(cost)) {
      refuse(fmt::format("link {} among {} costs", n, cost.size()), "one cost for each link");
    }
    const Index here = cost[static_cast<size_t>(n)];
    if (from == to || here < 1 || here > kMostCost) {
      refuse(fmt::format("a link from place {} to {} of cost {}", from, to, here),
             fmt::format("two places and a cost of 1 to {}", kMostCost));
    }
    const auto [reverse, found] = boost::edge(to, from, graph);
    const Index back = found ? number[reverse] : -1;
    if (back < 0 || back >= std::ssize(cost) || cost[static_cast<size_t>(back)] != here) {
      refuse(
          fmt::format("no link from place {} to {} at the cost of its reverse, {}", to, from, here),
          "links in both directions at equal cost");
    }
  }
}

void check_crossing(const Mesh& mesh, const std::vector<Index>& crossing) {
  if (!crossing.empty() && std::ssize(crossing) != mesh.n_levels()) {
    refuse(fmt::format("{} costs of links between units", crossing.size()),
           fmt::format("one for each of {} levels", mesh.n_levels()));
  }
  for (const Index cost : crossing) {
    if (cost < 1 || cost > kMostCost) {
      refuse(fmt::format("a link between units of cost {}", cost),
             fmt::format("a cost of 1 to {}", kMostCost));
    }
  }
}

}  // namespace

Interconnect::Interconnect(const Mesh& mesh, const std::vector<Index>& crossing)
    : columns_(mesh.columns()) {
  check_crossing(mesh, crossing);
  for (Index place = 0; place < mesh.size(); ++place) {
    column_.push_back(place % columns_);
    row_.push_back(place / columns_);
    neighbours_.push_back(neighbours_in(mesh, place));
  }
  for (Index c = 0; c < mesh.columns(); ++c) {
    x_.push_back(way(crossing, c, [&](Index k, Index at) { return mesh.unit_column(k, at); }));
  }
  for (Index r = 0; r < mesh.rows(); ++r) {
    y_.push_back(way(crossing, r, [&](Index k, Index at) { return mesh.unit_row(k, at); }));
  }
  // The middle of a mesh has the most places within any radius; dear links only add to it.
  const Index middle = mesh.rows() / 2 * columns_ + columns_ / 2;
  for (Index place = 0; place < mesh.size(); ++place) nearest_.push_back(mesh.hops(middle, place));
  std::sort(nearest_.begin(), nearest_.end());
  nearest_.erase(nearest_.begin());
}

Interconnect::Interconnect(const MeshGraph& graph, const std::vector<Index>& cost)
    : neighbours_(neighbours_in(graph)) {
  if (size() < 1 || size() > kMostTabled) {
    refuse(fmt::format("a graph of {} places", size()), fmt::format("1 to {}", kMostTabled));
  }
  const std::vector<Index> ones(cost.empty() ? boost::num_edges(graph) : 0, 1);
  const std::vector<Index>& costs = cost.empty() ? ones : cost;
  check_links(graph, costs);
  const auto n = static_cast<size_t>(size());
  distance_.resize(n * n);
  parent_.resize(n * n);
  nearest_.assign(n - 1, std::numeric_limits<std::int64_t>::max());
  for (Index root = 0; root < size(); ++root) tabulate(graph, costs, root);
}

void Interconnect::tabulate(const MeshGraph& graph, const std::vector<Index>& cost, Index root) {
  const auto number = boost::get(boost::edge_index, graph);
  const auto length = boost::make_function_property_map<MeshGraph::edge_descriptor>(
      [&](const MeshGraph::edge_descriptor& edge) {
        return cost[static_cast<size_t>(number[edge])];
      });
  const auto n = static_cast<size_t>(size());
  std::vector<Index> distance(n);
  std::vector<MeshGraph::vertex_descriptor> parent(n);
  boost::dijkstra_shortest_paths(
      graph, static_cast<size_t>(root),
      boost::weight_map(length).distance_map(distance.data()).predecessor_map(parent.data()));
  for (size_t at = 0; at < n; ++at) {
    if (distance[at] > std::numeric_limits<std::int32_t>::max()) {
      refuse(fmt::format("no route from place {} to {} within 2^31", root, at),
             "a connected network");
    }
    distance_[entry(root, 0) + at] = static_cast<std::int32_t>(distance[at]);
    parent_[entry(root, 0) + at] = static_cast<std::uint16_t>(parent[at]);
  }
  std::sort(distance.begin(), distance.end());
  for (size_t r = 0; r + 1 < n; ++r) {
    nearest_[r] = std::min<std::int64_t>(nearest_[r], distance[r + 1]);
  }
}

}  // namespace ohm
