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
  boost::breadth_first_search(mesh.graph(), boost::vertex(7, mesh.graph()),
                              boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                  distance.data(), boost::on_tree_edge()))));
  for (Index t = 0; t < mesh.size(); ++t) {
    EXPECT_EQ(mesh.hops(7, t), distance[static_cast<size_t>(t)]) << t;
  }
}

TEST(Mesh, PathsGoFromTheSourceToTheTargetFirstAlongTheRow) {
  const Mesh mesh(4, 4);
  std::vector<std::pair<Index, Index>> ends(static_cast<size_t>(mesh.n_links()));
  for (auto [edge, last] = boost::edges(mesh.graph()); edge != last; ++edge) {
    ends[static_cast<size_t>(boost::get(boost::edge_index, mesh.graph(), *edge))] = {
        static_cast<Index>(boost::source(*edge, mesh.graph())),
        static_cast<Index>(boost::target(*edge, mesh.graph()))};
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
}

}  // namespace
}  // namespace ohm
