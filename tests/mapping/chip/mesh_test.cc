// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/mesh.h"

#include <gtest/gtest.h>

#include <boost/graph/breadth_first_search.hpp>
#include <numeric>
#include <set>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

TEST(Mesh, MeanHopsOfUniformTrafficFollowTheClosedForm) {
  for (const Index k : {1, 2, 3, 5, 8}) {
    const double expected = 2.0 * static_cast<double>(k * k - 1) / (3.0 * static_cast<double>(k));
    EXPECT_NEAR(mean_uniform_hops(Mesh(k, k)), expected, 1e-12) << k;
  }
}

TEST(Mesh, HopsEqualTheShortestPathsOfTheGraph) {
  const Mesh mesh(5, 3);
  std::vector<Index> distance(static_cast<size_t>(mesh.size()), 0);
  const MeshGraph graph = mesh_graph(mesh);
  boost::breadth_first_search(graph, boost::vertex(7, graph),
                              boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                  distance.data(), boost::on_tree_edge()))));
  for (Index t = 0; t < mesh.size(); ++t) {
    EXPECT_EQ(mesh.hops(7, t), distance[static_cast<size_t>(t)]) << t;
  }
}

TEST(Mesh, PathsGoFromTheSourceToTheTargetFirstAlongTheRow) {
  const Mesh mesh(4, 4);
  std::vector<std::pair<Index, Index>> ends(static_cast<size_t>(mesh.n_links()));
  const MeshGraph graph = mesh_graph(mesh);
  for (auto [edge, last] = boost::edges(graph); edge != last; ++edge) {
    ends[static_cast<size_t>(boost::get(boost::edge_index, graph, *edge))] = {
        static_cast<Index>(boost::source(*edge, graph)),
        static_cast<Index>(boost::target(*edge, graph))};
  }
  for (Index a = 0; a < mesh.size(); ++a) {
    for (Index b = 0; b < mesh.size(); ++b) {
      Index here = a;
      bool turned = false;
      for (const Index link : mesh.path(a, b)) {
        const auto [from, to] = ends[static_cast<size_t>(link)];
        EXPECT_EQ(from, here);
        const bool vertical = from % 4 == to % 4;
        EXPECT_FALSE(turned && !vertical);
        turned = vertical;
        here = to;
      }
      EXPECT_EQ(here, b);
      EXPECT_EQ(std::ssize(mesh.path(a, b)), mesh.hops(a, b));
    }
  }
}

TEST(Mesh, HasALinkInEachDirectionBetweenNeighbours) {
  EXPECT_EQ(Mesh(1, 1).n_links(), 0);
  EXPECT_EQ(Mesh(4, 3).n_links(), 2 * (3 * 3 + 4 * 2));
}

TEST(Mesh, SnakeVisitsEveryTileOnceInUnitSteps) {
  const Mesh mesh(5, 4);
  std::set<Index> seen;
  for (Index i = 0; i < mesh.size(); ++i) {
    seen.insert(mesh.snake(i));
    if (i > 0) {
      EXPECT_EQ(mesh.hops(mesh.snake(i - 1), mesh.snake(i)), 1);
    }
  }
  EXPECT_EQ(std::ssize(seen), mesh.size());
}

TEST(Mesh, RefusesAnEmptyMesh) {
  EXPECT_THROW(Mesh(0, 3), ArgumentError);
  EXPECT_THROW(Mesh({2, 2}, {{0, 1}}), ArgumentError);
}

/// 2 × 2 packages of 3 × 1 chips of 2 × 3 tiles.
Mesh packages() {
  return {LinkGrid{2, 3}, {{3, 1}, {2, 2}}};
}

TEST(Mesh, OfASystemIsThatOfItsChipsSideBySide) {
  const Mesh mesh = packages();
  EXPECT_EQ(mesh.columns(), 12);
  EXPECT_EQ(mesh.rows(), 6);
  EXPECT_EQ(mesh.n_chips(), 12);
  EXPECT_EQ(mesh.edges(0), 4 * 2);
  EXPECT_EQ(mesh.edges(1), 4);
  EXPECT_EQ(mesh.chip_of(0), 0);
  EXPECT_EQ(mesh.chip_of(11), 5);
  for (Index chip = 0; chip < 12; ++chip) EXPECT_EQ(mesh.chip_of(mesh.corner_of(chip)), chip);
  EXPECT_EQ(mesh.corner_of(7), 3 * 12 + 2);
  EXPECT_EQ(mesh.chip_of(3 * 12 + 2), 7);
  EXPECT_EQ(mesh.hops(0, 71), 16);
}

TEST(Mesh, OfOneChipPerLevelIsThatOfTheChip) {
  const Mesh chip(4, 3), system({4, 3}, {{1, 1}, {1, 1}});
  EXPECT_EQ(system.n_links(), chip.n_links());
  EXPECT_EQ(system.n_chips(), 1);
  for (Index a = 0; a < 12; ++a) {
    EXPECT_EQ(system.snake(a), chip.snake(a));
    EXPECT_EQ(system.chip_of(a), 0);
    for (Index b = 0; b < 12; ++b) EXPECT_EQ(system.path(a, b), chip.path(a, b));
  }
}

TEST(Mesh, HopsOverOneEdgeShareItsLinkAndNoOther) {
  const Mesh mesh = packages();
  std::set<Index> chip_links, package_links;
  for (Index row = 0; row < 6; ++row) {
    for (Index column = 0; column + 1 < 12; ++column) {
      const Index tile = row * 12 + column;
      const Index link = mesh.path(tile, tile + 1).front();
      const Index back = mesh.path(tile + 1, tile).front();
      const Index wanted = column == 5 ? 1 : column % 2 == 1 ? 0 : -1;
      EXPECT_EQ(mesh.level_of(link), wanted) << tile;
      EXPECT_EQ(mesh.level_of(back), wanted) << tile;
      EXPECT_NE(link, back);
      if (wanted == 0) chip_links.insert({link, back});
      if (wanted == 1) package_links.insert({link, back});
    }
  }
  EXPECT_EQ(std::ssize(chip_links), 2 * 2 * 4);  // both directions, rows of packages, edges
  EXPECT_EQ(std::ssize(package_links), 2 * 2);   // both directions, rows of packages
  EXPECT_EQ(mesh.level_of(mesh.path(2 * 12, 3 * 12).front()), 1);
  EXPECT_EQ(mesh.path(2 * 12, 3 * 12), mesh.path(2 * 12 + 5, 3 * 12 + 5));
  for (const Index link : chip_links) EXPECT_LT(link, mesh.n_links());
}

TEST(Mesh, LinkToANeighbourIsTheWayThere) {
  for (const Mesh& mesh : {Mesh(4, 3), Mesh(1, 5), Mesh(5, 1), Mesh({3, 2}, {{2, 3}}),
                           Mesh({1, 2}, {{4, 1}, {1, 3}}), Mesh({2, 1}, {{1, 3}, {2, 2}})}) {
    Index neighbours = 0;
    for (Index a = 0; a < mesh.size(); ++a) {
      for (Index b = 0; b < mesh.size(); ++b) {
        if (mesh.hops(a, b) != 1) continue;
        ++neighbours;
        EXPECT_EQ(std::vector<Index>{mesh.link(a, b)}, mesh.path(a, b)) << a << " " << b;
      }
    }
    EXPECT_EQ(neighbours, (LinkGrid{mesh.columns(), mesh.rows()}.n_links()));
  }
}

TEST(Mesh, SnakeFillsChipAfterChip) {
  const Mesh mesh = packages();
  std::set<Index> seen, chips;
  for (Index i = 0; i < mesh.size(); ++i) {
    seen.insert(mesh.snake(i));
    if (i % 6 == 0) {
      EXPECT_TRUE(chips.insert(mesh.chip_of(mesh.snake(i))).second) << i;
    } else {
      EXPECT_EQ(mesh.chip_of(mesh.snake(i)), mesh.chip_of(mesh.snake(i - 1))) << i;
      EXPECT_EQ(mesh.hops(mesh.snake(i), mesh.snake(i - 1)), 1) << i;
    }
  }
  EXPECT_EQ(std::ssize(seen), mesh.size());
}

TEST(Mesh, SnakeOfAColumnOfChipsIsThatOfOneTallChip) {
  const Mesh chips({4, 3}, {{1, 5}}), tall(4, 15);
  for (Index i = 0; i < tall.size(); ++i) EXPECT_EQ(chips.snake(i), tall.snake(i));
}

}  // namespace
}  // namespace ohm
