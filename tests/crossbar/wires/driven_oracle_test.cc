// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/driven_oracle.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

TEST(DrivenOracle, TwoByTwoIsTheExactFraction) {
  Matrix<double> g(2, 2);
  g.values = {1e-4, 5e-5, 2.5e-5, 1e-4};
  const Matrix<double> g_eff = effective_conductance_nodal(g, {1.0, 1.0, 1.0, 1.0});
  EXPECT_NEAR(g_eff(0, 0), 4001900200003.0 / 40034009400900018.0, 1e-18);
  EXPECT_NEAR(g_eff(0, 1), 2000900120003.0 / 40034009400900018.0, 1e-18);
  EXPECT_NEAR(g_eff(1, 0), 500300065003.0 / 20017004700450009.0, 1e-18);
}

TEST(DrivenOracle, IdealConductorsMergeNodes) {
  const Matrix<double> g = random_cells(3, 4, 1e-6, 1e-4);
  EXPECT_LE(largest_relative_error(effective_conductance_nodal(g, {}), g), 1e-15);
  const Matrix<double> one(1, 1, 1e-4);
  EXPECT_DOUBLE_EQ(effective_conductance_nodal(one, {.r_sense = 100.0})(0, 0), 1.0 / 10100.0);
  EXPECT_DOUBLE_EQ(
      effective_conductance_nodal(one, {.r_driver = 100.0, .drive_both_ends = true})(0, 0),
      1.0 / 10050.0);
}

TEST(DrivenOracle, RefusesAnImpossibleNetwork) {
  EXPECT_THROW(effective_conductance_nodal(Matrix<double>(2, 2, -1.0), {}), ArgumentError);
}

}  // namespace
}  // namespace ohm
