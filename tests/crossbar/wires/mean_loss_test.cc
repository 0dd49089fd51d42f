// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/mean_loss.h"

#include <gtest/gtest.h>

#include "crossbar/wires/driven_solver.h"

namespace ohm {
namespace {

TEST(Wires, WithoutResistanceNothingIsLost) {
  EXPECT_EQ(mean_wire_loss(ArraySpec{}, {128, 128, 128, Siemens(1e-4), 1.0}), 0.0);
}

/// Current of a gated column over its ideal value: Norton collapse from the far end, `active` rows
/// of 128 that start at `first`, each cell g.
double norton_ratio(double g, double r_bitline, Index first, Index active) {
  double y = 0.0, j = 0.0;
  for (Index i = 0; i < 128; ++i) {
    const double cell = i >= first && i < first + active ? g : 0.0;
    j = j / (1.0 + r_bitline * y) + cell;
    y = y / (1.0 + r_bitline * y) + cell;
  }
  return j / (static_cast<double>(active) * g);
}

TEST(Wires, GatedColumnsLoseAsTheirExactNetworkDoes) {
  ArraySpec array;
  array.r_bitline = Ohms(1.0);
  const double full = mean_wire_loss(array, {128, 128, 128, Siemens(20e-6), 1.0});
  EXPECT_NEAR(full, 1.0 - norton_ratio(20e-6, 1.0, 0, 128), 0.005);
}

TEST(Wires, ARowGroupStillCrossesTheRestOfItsLine) {
  ArraySpec array;
  array.r_bitline = Ohms(1.0);
  double exact = 0.0;
  for (Index first = 0; first < 128; first += 16) {
    exact += (1.0 - norton_ratio(100e-6, 1.0, first, 16)) / 8.0;
  }
  EXPECT_NEAR(mean_wire_loss(array, {16, 128, 128, Siemens(100e-6), 1.0}), exact, 0.005);
}

TEST(Wires, DrivenRowsFarFromTheSensesLoseAlongTheRestOfTheLine) {
  constexpr Index kLine = 64, kUsed = 16;
  ArraySpec array;
  array.n_wordlines = kLine;
  array.topology = "driven";
  array.r_bitline = Ohms(20.0);
  Matrix<double> g(kLine, 1, 0.0), v(1, kLine, 0.0);
  for (Index i = 0; i < kUsed; ++i) g(i, 0) = 50e-6, v(0, i) = 1.0;
  const double current = driven_currents(g, {0.0, 20.0, 0.0, 0.0}, v)(0, 0);
  const double exact = 1.0 - current / (50e-6 * kUsed);
  EXPECT_NEAR(mean_wire_loss(array, {kUsed, kUsed, 1, Siemens(50e-6), 1.0}), exact, 0.03);
  EXPECT_GT(exact, 0.3);
}

TEST(Wires, AGatingMuxSparesTheWordlines) {
  ArraySpec array;
  array.topology = "driven";
  array.r_wordline = Ohms(1.0);
  const auto loss = [&](Index phases) {
    return mean_wire_loss(array, {128, 128, 128, Siemens(20e-6), 1.0, phases});
  };
  const auto load = [](double lost) { return lost / (1.0 - lost); };
  EXPECT_NEAR(load(loss(4)), load(loss(1)) / 4.0, 1e-12);
}

}  // namespace
}  // namespace ohm
