// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/star_mesh.h"

#include <gtest/gtest.h>

#include <hwy/targets.h>
#include <Eigen/Dense>

#include "core/aligned_vector.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

/// Any branches between `nodes` nodes, `partners` and `terminals` terminals.
Mesh random_mesh(Index nodes, Index partners, Index terminals, double low, double high) {
  Mesh mesh;
  mesh.nodes = mesh.partners_from = nodes;
  mesh.n_partners = partners;
  mesh.terminals_from = round_up(nodes + partners, kMeshTile);
  mesh.stride = round_up(mesh.terminals_from + terminals, kMeshTile);
  mesh.g.resize(static_cast<size_t>(nodes * mesh.stride));
  mesh.between.resize(static_cast<size_t>(partners * (mesh.stride - mesh.terminals_from)));
  const Matrix<double> branches = random_decades(nodes, mesh.stride, low, high);
  for (Index i = 0; i < nodes; ++i) {
    for (Index j = i + 1; j < nodes + partners; ++j) mesh.at(i, j) = branches(i, j);
    for (Index j = 0; j < terminals; ++j) {
      mesh.at(i, mesh.terminals_from + j) = branches(i, mesh.terminals_from + j);
    }
  }
  return mesh;
}

using Real = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

/// Nodal equations of the mesh without those of the first `count` nodes: by Eigen, in extended
/// precision.
Real schur_complement(const Mesh& mesh, Index count) {
  Real nodal = Real::Zero(mesh.stride, mesh.stride);
  for (Index i = 0; i < mesh.nodes; ++i) {
    for (Index j = i + 1; j < mesh.stride; ++j) {
      const long double g = mesh.at(i, j);
      nodal(i, i) += g;
      nodal(j, j) += g;
      nodal(i, j) -= g;
      nodal(j, i) -= g;
    }
  }
  const Index rest = mesh.stride - count;
  return nodal.bottomRightCorner(rest, rest) -
         nodal.bottomLeftCorner(rest, count) *
             nodal.topLeftCorner(count, count).llt().solve(nodal.topRightCorner(count, rest));
}

TEST(StarMesh, AStarOfThreeIsADelta) {
  Mesh mesh = random_mesh(4, 0, 0, 1.0, 1.0);
  std::fill(mesh.g.begin(), mesh.g.end(), 0.0);
  mesh.at(0, 1) = 1.0;
  mesh.at(0, 2) = 2.0;
  mesh.at(0, 3) = 5.0;
  EXPECT_EQ(eliminate_stars(mesh, 1), std::vector<double>{8.0});
  EXPECT_EQ(mesh.at(1, 2), 0.25);
  EXPECT_EQ(mesh.at(1, 3), 0.625);
  EXPECT_EQ(mesh.at(2, 3), 1.25);
  EXPECT_EQ(mesh.at(0, 3), 5.0);
}

TEST(StarMesh, AgreesWithEliminationOfTheNodalEquations) {
  struct Case {
    Index nodes, partners, terminals, count;
  };
  for (const Case& c : {Case{2, 0, 1, 1}, {9, 3, 2, 9}, {70, 21, 19, 37}, {64, 5, 0, 48}}) {
    Mesh mesh = random_mesh(c.nodes, c.partners, c.terminals, 1e-6, 1e-2);
    const Real expected = schur_complement(mesh, c.count);
    eliminate_stars(mesh, c.count);
    const auto near = [&](double found, Index i, Index j) {
      const auto wanted = static_cast<double>(-expected(i - c.count, j - c.count));
      EXPECT_NEAR(found, wanted, 1e-13 * wanted) << c.nodes << ": " << i << ", " << j;
    };
    for (Index i = c.count; i < c.nodes; ++i) {
      for (Index j = i + 1; j < c.nodes + c.partners; ++j) near(mesh.at(i, j), i, j);
    }
    for (Index i = 0; i < c.partners; ++i) {
      for (Index j = 0; j < c.terminals; ++j) {
        near(mesh.between[static_cast<size_t>(i * (mesh.stride - mesh.terminals_from) + j)],
             c.nodes + i, mesh.terminals_from + j);
      }
    }
  }
}

// 1e15 and 1e-15 S: beside one another in a sum, the smaller would be lost.
TEST(StarMesh, AChainIsWorthTheSumOfItsResistances) {
  Mesh mesh = random_mesh(101, 0, 0, 1.0, 1.0);
  std::fill(mesh.g.begin(), mesh.g.end(), 0.0);
  double ohms = 0.0;
  for (Index i = 0; i + 1 < 101; ++i) {
    const double siemens = i % 2 ? 1e15 : 1e-15 * static_cast<double>(i + 1);
    mesh.at(i, i + 1) = siemens;
    ohms += 1.0 / siemens;
  }
  // all but the ends, which stand last
  Mesh ends = mesh;
  std::fill(ends.g.begin(), ends.g.end(), 0.0);
  for (Index i = 1; i < 99; ++i) ends.at(i - 1, i) = mesh.at(i, i + 1);
  ends.at(0, 99) = mesh.at(0, 1);
  ends.at(98, 100) = mesh.at(99, 100);
  eliminate_stars(ends, 99);
  EXPECT_NEAR(ends.at(99, 100) * ohms, 1.0, 1e-14);
}

TEST(StarMesh, VectorWidthsDoNotChangeABit) {
  const auto eliminated = [] {
    Mesh mesh = random_mesh(53, 11, 23, 1e-9, 1e3);
    eliminate_stars(mesh, 30);
    std::vector<double> found = mesh.between;
    for (Index i = 0; i < 53; ++i) {
      for (Index j = i + 1; j < mesh.stride; ++j) found.push_back(mesh.at(i, j));
    }
    return found;
  };
  const std::vector<double> widest = eliminated();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_EQ(eliminated(), widest);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace
}  // namespace ohm
