// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/gaussian.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(GaussianDevice, IndependentSigmaIsAShareOfTheRange) {
  const DeviceSpec cell;  // 1 … 40 uS
  GaussianDevice device;
  device.sigma = 0.05;
  EXPECT_DOUBLE_EQ(device.programming_sigma(Siemens(5e-6), cell).si(), 0.05 * 39e-6);
  EXPECT_DOUBLE_EQ(device.programming_sigma(Siemens(40e-6), cell).si(), 0.05 * 39e-6);
}

TEST(GaussianDevice, ProportionalSigmaIsAShareOfTheConductance) {
  const DeviceSpec cell;
  GaussianDevice device;
  device.sigma = 0.05;
  device.dependence = "proportional";
  EXPECT_DOUBLE_EQ(device.programming_sigma(Siemens(20e-6), cell).si(), 1e-6);
}

TEST(GaussianDevice, InverseSigmaFallsWithTheConductance) {
  const DeviceSpec cell;
  GaussianDevice device;
  device.sigma = 0.05;
  device.dependence = "inverse";
  EXPECT_DOUBLE_EQ(device.programming_sigma(cell.g_min, cell).si(), 0.05e-6);
  EXPECT_DOUBLE_EQ(device.programming_sigma(Siemens(10e-6), cell).si(), 0.005e-6);
  EXPECT_EQ(device.programming_sigma(Siemens(0), cell).si(), 0.0);
}

TEST(GaussianDevice, CellsAtRestErrOnlyWhereAskedTo) {
  const DeviceSpec cell;
  GaussianDevice device;
  device.sigma = 0.05;
  EXPECT_FALSE(device.errs_at_rest());
  device.noisy_off_state = true;
  EXPECT_TRUE(device.errs_at_rest());
  EXPECT_DOUBLE_EQ(device.programming_sigma(cell.g_min, cell).si(), 0.05 * 39e-6);
}

}  // namespace
}  // namespace ohm
