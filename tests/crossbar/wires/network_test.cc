// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

TEST(Network, ZeroResistanceAndZeroConductanceAreLegal) {
  EXPECT_NO_THROW(check_network(Matrix<double>(2, 3), {}));
  EXPECT_NO_THROW(check_network(Matrix<double>(1, 1, 1e-4), {1.0, 2.0, 3.0, 4.0, true, true}));
}

TEST(Network, RefusesConductancesThatNoCellHas) {
  for (const double bad : {-1e-12, std::nan(""), std::numeric_limits<double>::infinity(), 1e31}) {
    Matrix<double> g(2, 2, 1e-4);
    g(1, 0) = bad;
    EXPECT_THROW(check_network(g, {}), ArgumentError) << bad;
  }
}

TEST(Network, NamesTheBadCell) {
  Matrix<double> g(2, 2, 1e-4);
  g(1, 0) = -2.0;
  EXPECT_EQ(
      error_text<ArgumentError>([&] { check_conductances(g); }),
      "g[1, 0]: -2 S; a conductance is finite and not negative (at most 1e30 S); use 0 for an "
      "open cell");
}

TEST(Network, RefusesResistancesThatNoWireHas) {
  const Matrix<double> g(2, 2, 1e-4);
  for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity(), 1e-310}) {
    EXPECT_THROW(check_network(g, {.r_wordline = bad}), ArgumentError) << bad;
    EXPECT_THROW(check_network(g, {.r_bitline = bad}), ArgumentError) << bad;
    EXPECT_THROW(check_network(g, {.r_driver = bad}), ArgumentError) << bad;
    EXPECT_THAT(error_text<ArgumentError>([&] { check_network(g, {.r_sense = bad}); }),
                HasSubstr("r_sense: "));
  }
}

TEST(Network, RefusesAnArrayWithoutCells) {
  EXPECT_THROW(check_network(Matrix<double>(0, 3), {}), ArgumentError);
  EXPECT_THROW(check_network(Matrix<double>(3, 0), {}), ArgumentError);
}

TEST(Network, RefusesVoltagesOfAnotherShapeOrSize) {
  EXPECT_NO_THROW(check_voltages(Matrix<double>(0, 3), 3));
  EXPECT_THROW(check_voltages(Matrix<double>(2, 4), 3), ArgumentError);
  EXPECT_THROW(check_voltages(Matrix<double>(1, 3, std::nan("")), 3), ArgumentError);
  EXPECT_THROW(check_voltages(Matrix<double>(1, 3, INFINITY), 3), ArgumentError);
}

TEST(Network, RefusesTolerancesOutsideTheirRange) {
  EXPECT_NO_THROW(check_tolerance(1e-13));
  for (const double bad : {0.0, 9e-14, 0.2, -1.0, std::nan("")}) {
    EXPECT_THROW(check_tolerance(bad), ArgumentError) << bad;
  }
}

}  // namespace
}  // namespace ohm
