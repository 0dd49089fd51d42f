// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/ideal.h"

#include <gtest/gtest.h>

#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::bank_of;

TEST(IdealAdc, ChangesNothingAndClipsNothing) {
  std::vector<float> sums{-1e12F, -0.3F, 0.0F, 0.3F, 1e12F};
  const auto before = sums;
  EXPECT_EQ(bank_of(adc_spec("ideal"), 5).convert(sums, 0), 0);
  EXPECT_EQ(sums, before);
  EXPECT_FALSE(IdealAdc(adc_spec("ideal")).quantises());
}

}  // namespace
}  // namespace ohm
