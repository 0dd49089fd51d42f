// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/interconnect.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"

namespace ohm {
namespace {

MeshGraph ring(Index n) {
  MeshGraph graph(static_cast<size_t>(n));
  Index number = 0;
  for (Index i = 0; i < n; ++i) {
    const auto a = static_cast<size_t>(i), b = static_cast<size_t>((i + 1) % n);
    boost::add_edge(a, b, number++, graph);
    boost::add_edge(b, a, number++, graph);
  }
  return graph;
}

TEST(Interconnect, AMeshAndItsGraphHaveTheSameDistances) {
  for (const Mesh& mesh : {Mesh(5, 4), Mesh(1, 6), Mesh(7, 1), Mesh(1, 1)}) {
    const Interconnect closed(mesh), tabled(mesh_graph(mesh));
    ASSERT_EQ(closed.size(), mesh.size());
    EXPECT_EQ(closed.nearest(), tabled.nearest());
    for (Index a = 0; a < mesh.size(); ++a) {
      EXPECT_EQ(closed.neighbours(a), tabled.neighbours(a));
      for (Index b = 0; b < mesh.size(); ++b) {
        EXPECT_EQ(closed.hops(a, b), mesh.hops(a, b));
        EXPECT_EQ(tabled.hops(a, b), mesh.hops(a, b));
      }
    }
  }
}

TEST(Interconnect, EveryParentIsANeighbourOnAShortestRoute) {
  const Mesh mesh(5, 4);
  for (const Interconnect& net : {Interconnect(mesh), Interconnect(mesh_graph(mesh))}) {
    for (Index root = 0; root < net.size(); ++root) {
      for (Index at = 0; at < net.size(); ++at) {
        if (at == root) continue;
        for (const bool outward : {false, true}) {
          const Index next = net.parent(at, root, outward);
          const auto& near = net.neighbours(at);
          EXPECT_NE(std::find(near.begin(), near.end(), next), near.end());
          EXPECT_EQ(net.hops(at, next) + net.hops(next, root), net.hops(at, root));
        }
      }
    }
  }
}

TEST(Interconnect, ACostlyLinkIsAvoided) {
  std::vector<Index> cost(12, 1);
  cost[0] = cost[1] = 10;  // between 0 and 1
  const Interconnect net(ring(6), cost);
  EXPECT_EQ(net.hops(0, 1), 5);
  EXPECT_EQ(net.parent(1, 0, true), 2);
  EXPECT_EQ(net.nearest().front(), 1);
}

/// The closed form of weighted crossings is what Dijkstra finds on the same graph.
TEST(Interconnect, ASystemAndItsGraphHaveTheSameDistances) {
  const Mesh mesh({3, 2}, {{2, 1}, {2, 2}});
  const std::vector<Index> crossing{5, 40};
  const MeshGraph graph = mesh_graph(mesh);
  std::vector<Index> cost(boost::num_edges(graph));
  for (auto [edge, last] = boost::edges(graph); edge != last; ++edge) {
    const auto from = static_cast<Index>(boost::source(*edge, graph));
    const auto to = static_cast<Index>(boost::target(*edge, graph));
    const Index level = mesh.level_of(mesh.path(from, to).front());
    cost[static_cast<size_t>(boost::get(boost::edge_index, graph, *edge))] =
        level < 0 ? 1 : crossing[static_cast<size_t>(level)];
  }
  const Interconnect closed(mesh, crossing), tabled(graph, cost);
  for (Index a = 0; a < mesh.size(); ++a) {
    for (Index b = 0; b < mesh.size(); ++b) EXPECT_EQ(closed.hops(a, b), tabled.hops(a, b));
  }
  for (size_t r = 0; r < closed.nearest().size(); ++r) {
    EXPECT_LE(closed.nearest()[r], tabled.nearest()[r]);
  }
  EXPECT_THROW(Interconnect(mesh, {5}), ArgumentError);
  EXPECT_THROW(Interconnect(mesh, {0, 5}), ArgumentError);
}

TEST(Interconnect, RefusesNetworksItCannotRoute) {
  const MeshGraph apart(2);
  EXPECT_THROW(Interconnect{apart}, ArgumentError);
  const MeshGraph empty(0);
  EXPECT_THROW(Interconnect{empty}, ArgumentError);
  MeshGraph one_way(2);
  boost::add_edge(0, 1, 0, one_way);
  EXPECT_THROW(Interconnect{one_way}, ArgumentError);
  EXPECT_THROW(Interconnect(ring(3), {1, 1}), ArgumentError);
  EXPECT_THROW(Interconnect(ring(3), {1, 2, 1, 1, 1, 1}), ArgumentError);
  EXPECT_THROW(Interconnect(ring(3), {0, 0, 1, 1, 1, 1}), ArgumentError);
  EXPECT_THROW(Interconnect{MeshGraph(Interconnect::kMostTabled + 1)}, ArgumentError);
}

}  // namespace
}  // namespace ohm
