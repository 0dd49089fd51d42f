// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/block_mesh.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

const WireResistances kWires{2.0, 3.0, 10.0, 7.0, true, true};

BlockMesh reduced(BlockMesh block) {
  eliminate_stars(block.mesh, block.inner);
  return block;
}

TEST(BlockMesh, OneCellIsFourBranches) {
  Matrix<double> g(3, 3);
  g(1, 1) = 1e-4;
  const BlockMesh cell = BlockArray(g, kWires, Terminals::separate).circuit({1, 2, 1, 2});
  EXPECT_EQ(cell.inner, 0);
  EXPECT_EQ(cell.mesh.nodes, 4);
  EXPECT_EQ(cell.names, (std::vector<Index>{3, 4, 13, 16}));
  EXPECT_EQ(cell.mesh.at(cell.left_at(), cell.right_at()), 1.0 / 2.0);
  EXPECT_EQ(cell.mesh.at(cell.right_at(), cell.above_at()), 1e-4);
  EXPECT_EQ(cell.mesh.at(cell.above_at(), cell.below_at()), 1.0 / 3.0);
  EXPECT_EQ(cell.mesh.at(cell.left_at(), cell.below_at()), 0.0);
}

TEST(BlockMesh, ACornerHasTerminalsAtItsOuterEdges) {
  const Matrix<double> g(4, 4, 1e-4);
  const auto sides = [](const BlockMesh& b) {
    return std::vector<Index>{b.left, b.right, b.above, b.below, b.drivers, b.senses};
  };
  WireResistances one_end = kWires;
  one_end.drive_both_ends = one_end.sense_both_ends = false;
  const BlockArray both(g, kWires, Terminals::separate), one(g, one_end, Terminals::separate);
  EXPECT_EQ(sides(both.circuit({0, 2, 3, 4})), (std::vector<Index>{2, 0, 0, 1, 2, 1}));
  EXPECT_EQ(sides(one.circuit({0, 2, 3, 4})), (std::vector<Index>{2, 0, 0, 1, 0, 0}));
  EXPECT_EQ(sides(one.circuit({3, 4, 0, 2})), (std::vector<Index>{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(sides(one.circuit({1, 2, 1, 2})), (std::vector<Index>{1, 1, 1, 1, 0, 0}));
}

TEST(BlockMesh, AnIdealConductorOutdoesAllOthers) {
  EXPECT_EQ(link_conductance(4.0), 0.25);
  EXPECT_GT(link_conductance(0.0), 1e100);
  EXPECT_TRUE(std::isfinite(1e30 * link_conductance(0.0)));
}

/// All branches of a mesh, by the names of what they join; terminals come after the nodes.
std::map<std::pair<Index, Index>, double> branches(const BlockMesh& block) {
  std::map<std::pair<Index, Index>, double> found;
  const Mesh& mesh = block.mesh;
  const auto name = [&](Index j) {
    if (j < mesh.nodes) return block.names[static_cast<size_t>(j)];
    if (j < mesh.terminals_from) return 1000 + block.block.row + j - mesh.nodes;
    return 2000 + block.block.column + j - mesh.terminals_from;
  };
  for (Index i = block.inner; i < mesh.nodes; ++i) {
    for (Index j = i + 1; j < mesh.stride; ++j) {
      if (mesh.at(i, j) > 0.0) found[std::minmax(name(i), name(j))] += mesh.at(i, j);
    }
  }
  return found;
}

TEST(BlockMesh, JoinedBlocksAreTheCircuitOfTheWhole) {
  const Matrix<double> g = random_cells(6, 6, 1e-6, 1e-4);
  const BlockArray array(g, kWires, Terminals::separate);
  const auto joined = [&](const Block& a, const Block& b) {
    return reduced(array.join(reduced(array.circuit(a)), reduced(array.circuit(b))));
  };
  for (const auto& [a, b] : {std::pair{Block{0, 3, 0, 2}, Block{0, 3, 2, 4}},
                             {Block{1, 3, 1, 6}, Block{3, 6, 1, 6}},
                             {Block{0, 6, 0, 3}, Block{0, 6, 3, 6}},
                             {Block{2, 4, 2, 3}, Block{4, 5, 2, 3}}}) {
    const BlockMesh whole = reduced(array.circuit({a.row, b.row_end, a.column, b.column_end}));
    const auto expected = branches(whole), found = branches(joined(a, b));
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [ends, siemens] : expected) {
      ASSERT_TRUE(found.contains(ends)) << ends.first << ", " << ends.second;
      EXPECT_NEAR(found.at(ends) / siemens, 1.0, 1e-13) << ends.first << ", " << ends.second;
    }
  }
}

TEST(BlockMesh, JoinedTerminalsAreOneGround) {
  const Matrix<double> g = random_cells(2, 2, 1e-6, 1e-4);
  const BlockMesh block = BlockArray(g, kWires, Terminals::joined).circuit({0, 2, 0, 2});
  EXPECT_EQ(block.inner, 8);
  double grounded = 0.0;
  for (Index i = 0; i < 8; ++i) grounded += block.mesh.at(i, block.drivers_at());
  EXPECT_NEAR(grounded, 4.0 / 10.0 + 4.0 / 7.0, 1e-15);
}

TEST(BlockMesh, RefusesAnImpossibleNetwork) {
  EXPECT_THROW(BlockArray(Matrix<double>(2, 2, -1.0), {}, Terminals::joined), ArgumentError);
}

}  // namespace
}  // namespace ohm
