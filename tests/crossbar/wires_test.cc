// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

struct Case {
  Index n;
  double ohms, g_max_us, exact;
};

// Mean losses from exact nodal analysis: conductances uniform in [0.05, 1] g_max, every resistance
// (segments of word- and bitline, driver, sense) equal.
TEST(Wires, MeanLossIsWithinThreePercentOfExactNodalAnalysis) {
  for (const Case& c : {Case{64, 1, 100, .137}, {64, 5, 100, .396}, {128, 1, 10, .055},
                        {128, 1, 100, .357}, {128, 5, 10, .219}, {128, 5, 100, .734},
                        {256, 1, 10, .184}, {256, 1, 100, .675}, {256, 5, 10, .527},
                        {256, 5, 100, .902}, {512, 1, 10, .465}, {512, 5, 100, .968}}) {
    ArraySpec array;
    array.topology = "driven";
    array.r_wordline = array.r_bitline = Ohms(c.ohms);
    // the first segment beyond the driver and before the sense amplifier is part of the line
    const double loss = mean_wire_loss(array, {c.n, c.n, Siemens(0.525 * c.g_max_us * 1e-6), 0.5});
    EXPECT_NEAR(loss, c.exact, 0.03) << c.n << " " << c.ohms << " " << c.g_max_us;
  }
}

TEST(Wires, WithoutResistanceNothingIsLost) {
  EXPECT_EQ(mean_wire_loss(ArraySpec{}, {128, 128, Siemens(1e-4), 1.0}), 0.0);
}

// Norton collapse of 128 cells of 100 uS on 1 Ohm segments gives 0.1267 at full activity.
TEST(Wires, GatedColumnsLoseInProportionToTheirActivity) {
  ArraySpec array;
  array.r_bitline = Ohms(1.0);
  const double full = mean_wire_loss(array, {128, 128, Siemens(26.25e-6), 1.0});
  EXPECT_NEAR(full, 0.1254, 1e-3);
  EXPECT_LT(mean_wire_loss(array, {128, 128, Siemens(26.25e-6), 0.1}), 0.2 * full);
}

}  // namespace
}  // namespace ohm
