// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/ladders.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

TEST(Ladders, DiagonalOrderHoldsEveryCellOnce) {
  for (const auto& [m, n] :
       {std::pair<Index, Index>{1, 1}, {1, 7}, {7, 1}, {3, 5}, {5, 3}, {4, 4}}) {
    const Matrix<double> g = random_cells(m, n, 0.0, 1.0);
    const Ladders ladders = make_ladders(g, {});
    EXPECT_EQ(ladders.offset(ladders.diagonals()), m * n);
    EXPECT_EQ(from_diagonals(ladders, ladders.g), g);
  }
}

TEST(Ladders, NeighboursStandOnNeighbouringDiagonals) {
  const Ladders ladders = make_ladders(Matrix<double>{2, 3, 1.0}, {});
  std::vector<double> order;
  Matrix<double> names(2, 3);
  names.values = {0, 1, 2, 10, 11, 12};
  to_diagonals(ladders, names, order);
  EXPECT_EQ(order, (std::vector<double>{0, 1, 10, 2, 11, 12}));
}

TEST(Ladders, TwoCellsCollapseAsNortonSays) {
  Matrix<double> g(1, 2);
  g.values = {2.0, 3.0};
  const Ladders ladders = make_ladders(g, {.r_wordline = 5.0, .r_driver = 7.0});
  const double far = 1.0 / (1.0 + 5.0 * 3.0), near = 1.0 / (1.0 + 7.0 * (2.0 + 3.0 * far));
  EXPECT_DOUBLE_EQ(ladders.wordline_gain[1], far);
  EXPECT_DOUBLE_EQ(ladders.wordline_gain[0], near);
  EXPECT_EQ(ladders.wordline_ohms, (std::vector<double>{7.0, 5.0}));
}

TEST(Ladders, IdealLinesPassEverythingOn) {
  const Ladders ladders = make_ladders(random_cells(4, 6, 0.0, 1.0), {});
  EXPECT_EQ(ladders.wordline_gain, std::vector<double>(24, 1.0));
  EXPECT_EQ(ladders.bitline_gain, std::vector<double>(24, 1.0));
  EXPECT_EQ(ladders.wordline_load, 0.0);
}

TEST(Ladders, LoadIsThePathSumOfTheWorstLine) {
  Matrix<double> g(2, 2);
  g.values = {1.0, 2.0, 3.0, 4.0};
  const Ladders ladders = make_ladders(g, {10.0, 100.0, 1.0, 5.0});
  EXPECT_DOUBLE_EQ(ladders.wordline_load, 3.0 * 1.0 + 4.0 * 11.0);
  EXPECT_DOUBLE_EQ(ladders.bitline_load, 2.0 * 105.0 + 4.0 * 5.0);
  EXPECT_EQ(ladders.bitline_g, (std::vector<double>{4.0, 6.0}));
}

TEST(Ladders, NewCellsGiveTheLaddersOfANewArray) {
  const WireResistances wires{1.0, 2.0, 3.0, 4.0, true, true};
  const Matrix<double> g = random_cells(5, 4, 1e-6, 1e-4, 2);
  Ladders ladders = make_ladders(random_cells(5, 4, 1e-6, 1e-4, 1), wires);
  set_cells(ladders, g);
  EXPECT_EQ(ladders.bitline_gain, make_ladders(g, wires).bitline_gain);
  EXPECT_EQ(ladders.wordline_gain, make_ladders(g, wires).wordline_gain);
}

TEST(Ladders, RefuseAnImpossibleNetwork) {
  EXPECT_THROW(make_ladders(Matrix<double>(2, 2, -1.0), {}), ArgumentError);
}

}  // namespace
}  // namespace ohm
