// SPDX-License-Identifier: Apache-2.0
#include "crossbar/dac/dac.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/config/reader.h"
#include "core/error.h"

namespace ohm {
namespace {

struct Named : DacSpec {
  std::string name;
};

DacSpec of_kind(const std::string& kind, double mismatch = 0.0) {
  DacSpec spec;
  spec.kind = kind;
  spec.element_mismatch = mismatch;
  return spec;
}

AdcDraw wordline(std::uint32_t i) {
  return {3, 0, 0, 0, i};
}

TEST(Dac, LevelsWithoutErrorsAreTheIntegers) {
  for (const char* kind : {"ideal", "binary", "thermometer"}) {
    for (Index bits = 1; bits <= 8; ++bits) {
      const auto levels = dac_levels(of_kind(kind), bits, wordline(0));
      ASSERT_EQ(std::ssize(levels), Index{1} << bits);
      for (size_t code = 0; code < levels.size(); ++code) {
        EXPECT_EQ(levels[code], static_cast<double>(code)) << kind;
      }
    }
    EXPECT_TRUE(is_ideal(of_kind(kind)));
  }
}

/// Deviation over DACs of the step at the middle of 6 bits, LSB.
double middle_step_deviation(const DacSpec& spec) {
  double square = 0.0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const auto levels = dac_levels(spec, 6, wordline(i));
    square += std::pow(levels[32] - levels[31] - 1.0, 2) / 4000.0;
  }
  return std::sqrt(square);
}

TEST(Dac, BinaryElementsErrMostAtTheMiddleUnaryOnesNowhereMore) {
  const double tolerance = 5.0 / std::sqrt(8000.0);
  EXPECT_NEAR(middle_step_deviation(of_kind("binary", 0.01)) / (0.01 * std::sqrt(63.0)), 1.0,
              tolerance);
  EXPECT_NEAR(middle_step_deviation(of_kind("thermometer", 0.01)) / 0.01, 1.0, tolerance);
}

TEST(Dac, ThermometerLevelsAscendWhateverTheMismatch) {
  const auto levels = dac_levels(of_kind("thermometer", 0.3), 8, wordline(0));
  EXPECT_TRUE(std::is_sorted(levels.begin(), levels.end()));
}

TEST(Dac, GainOffsetAndBowAreStatic) {
  DacSpec spec = of_kind("binary");
  spec.gain_error = 0.1;
  spec.offset = 0.5;
  spec.inl = 2.0;
  const auto levels = dac_levels(spec, 8, wordline(9));
  const double shift = levels[0], factor = (levels[255] - shift) / 255.0;
  EXPECT_NE(shift, 0.0);
  EXPECT_NE(factor, 1.0);
  const double x = 128.0 / 255.0;
  EXPECT_NEAR((levels[128] - shift) / factor, 128.0 + 8.0 * x * (1.0 - x), 1e-9);
  EXPECT_EQ(dac_levels(spec, 8, wordline(9)), levels);
}

TEST(Dac, EveryWordlineHasItsOwn) {
  const auto bank = dac_bank(of_kind("binary", 0.02), 4, wordline(0), 5);
  EXPECT_EQ(bank.rows, 5);
  EXPECT_EQ(bank.cols, 16);
  EXPECT_NE(bank(0, 15), bank(1, 15));
  EXPECT_EQ(bank(3, 7), static_cast<float>(dac_levels(of_kind("binary", 0.02), 4, wordline(3))[7]));
  EXPECT_EQ(dac_bank(of_kind("ideal"), 4, wordline(0), 0).size(), 0);
}

TEST(Dac, RefusesWhatItCannotBe) {
  EXPECT_THROW(dac_levels(of_kind("binary"), 0, wordline(0)), ArgumentError);
  EXPECT_THROW(dac_levels(of_kind("binary"), 17, wordline(0)), ArgumentError);
  EXPECT_THROW(parse_spec<Named>("kind: ideal\noffset: 0.1\n", "d.yaml", {}), ConfigError);
  EXPECT_EQ(parse_spec<Named>("kind: binary\noffset: 0.1\n", "d.yaml", {}).offset, 0.1);
}

}  // namespace
}  // namespace ohm
