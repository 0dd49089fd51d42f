// SPDX-License-Identifier: Apache-2.0
#include "core/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace ohm {
namespace {

/// A binary floating-point format by its field widths, evaluated with ldexp.
struct Format {
  int exponent_bits;
  int mantissa_bits;

  double value(unsigned pattern) const {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int mantissa = static_cast<int>(pattern & ((1u << mantissa_bits) - 1));
    const int exponent = static_cast<int>(pattern >> mantissa_bits) & ((1 << exponent_bits) - 1);
    const double sign = (pattern & 0x8000u) ? -1.0 : 1.0;
    if (exponent == (1 << exponent_bits) - 1)
      return mantissa ? std::nan("") : sign * std::numeric_limits<double>::infinity();
    if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mantissa_bits);
    return sign * std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
  }
  unsigned infinity() const { return ((1u << exponent_bits) - 1) << mantissa_bits; }
};

constexpr Format fp16{5, 10};
constexpr Format bf16{8, 7};

template <class Widen>
void expect_widens_exactly(const Format& format, Widen widen) {
  for (unsigned pattern = 0; pattern < 65536; ++pattern) {
    const double expected = format.value(pattern);
    const float widened = widen(static_cast<std::uint16_t>(pattern));
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(widened)) << pattern;
    } else {
      ASSERT_EQ(static_cast<double>(widened), expected) << pattern;
    }
    ASSERT_EQ(std::signbit(widened), pattern >= 0x8000u) << pattern;
  }
}

TEST(Half, WidensEveryPatternExactly) {
  expect_widens_exactly(fp16, half_to_float);
}

TEST(Bfloat16, WidensEveryPatternExactly) {
  expect_widens_exactly(bf16, bfloat16_to_float);
}

template <class Widen, class Narrow>
void expect_round_trip(Widen widen, Narrow narrow) {
  for (unsigned pattern = 0; pattern < 65536; ++pattern) {
    const auto bits = static_cast<std::uint16_t>(pattern);
    if (std::isnan(widen(bits))) {
      ASSERT_TRUE(std::isnan(widen(narrow(widen(bits))))) << pattern;
    } else {
      ASSERT_EQ(narrow(widen(bits)), bits);
    }
  }
}

TEST(Half, SurvivesARoundTrip) {
  expect_round_trip(half_to_float, float_to_half);
}

TEST(Bfloat16, SurvivesARoundTrip) {
  expect_round_trip(bfloat16_to_float, float_to_bfloat16);
}

/// Between every two neighbours: the midpoint goes to the even one, a hair off it to the nearer.
/// The overflow threshold is the midpoint to the power of two above the largest value.
template <class Narrow>
void expect_nearest_even(const Format& format, Narrow narrow) {
  for (unsigned low = 0; low < format.infinity(); ++low) {
    const unsigned high = low + 1;
    const double above = high == format.infinity() ? 2 * format.value(low) - format.value(low - 1)
                                                   : format.value(high);
    const double exact = (format.value(low) + above) / 2;
    const auto middle = static_cast<float>(exact);
    ASSERT_EQ(static_cast<double>(middle), exact) << low;
    ASSERT_EQ(narrow(middle), low % 2 == 0 ? low : high) << low;
    ASSERT_EQ(narrow(-middle), (low % 2 == 0 ? low : high) | 0x8000u) << low;
    ASSERT_EQ(narrow(std::nextafter(middle, 0.0f)), low) << low;
    ASSERT_EQ(narrow(std::nextafter(middle, std::numeric_limits<float>::infinity())), high) << low;
  }
}

TEST(Half, RoundsToNearestEvenBetweenAllNeighbours) {
  expect_nearest_even(fp16, float_to_half);
}

TEST(Bfloat16, RoundsToNearestEvenBetweenAllNeighbours) {
  expect_nearest_even(bf16, float_to_bfloat16);
}

TEST(Half, OverflowsToInfinity) {
  EXPECT_EQ(float_to_half(65504.0f), 0x7bff);
  EXPECT_EQ(float_to_half(65519.99f), 0x7bff);
  EXPECT_EQ(float_to_half(65520.0f), 0x7c00);
  EXPECT_EQ(float_to_half(-std::numeric_limits<float>::max()), 0xfc00);
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::infinity()), 0x7c00);
}

TEST(Bfloat16, OverflowsToInfinity) {
  EXPECT_EQ(float_to_bfloat16(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_EQ(float_to_bfloat16(-std::numeric_limits<float>::infinity()), 0xff80);
}

TEST(Half, KeepsNotANumberHoweverSmallItsPayload) {
  for (const std::uint32_t pattern : {0x7f800001u, 0xff800001u, 0x7fc00000u, 0x7fffffffu}) {
    const auto value = std::bit_cast<float>(pattern);
    EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(value))));
  }
}

}  // namespace
}  // namespace ohm
