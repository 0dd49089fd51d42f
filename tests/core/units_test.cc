// SPDX-License-Identifier: Apache-2.0
#include "core/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

std::string refusal(const std::string& text, Dimension dimension) {
  return error_text<ArgumentError>([&] { parse_quantity(text, dimension); });
}

TEST(Units, ReadsPrefixesProductsAndPowers) {
  EXPECT_DOUBLE_EQ(parse_quantity("6 kOhm", kOhm), 6000.0);
  EXPECT_DOUBLE_EQ(parse_quantity("1.2ns", kSecond), 1.2e-9);
  EXPECT_DOUBLE_EQ(parse_quantity("40 µS", kSiemens), 40e-6);
  EXPECT_DOUBLE_EQ(parse_quantity("83000 um2", kSquareMetre), 83000e-12);
  EXPECT_DOUBLE_EQ(parse_quantity("1 mm^2", kSquareMetre), 1e-6);
  EXPECT_DOUBLE_EQ(parse_quantity("0.06 pJ/bit", kJoule - kByte), 0.48e-12);
  EXPECT_DOUBLE_EQ(parse_quantity("1.1 eV", kJoule), 1.1 * 1.602176634e-19);
  EXPECT_DOUBLE_EQ(parse_quantity("460 GB/s", kByte - kSecond), 460e9);
  EXPECT_DOUBLE_EQ(parse_quantity("0.2 fF/um", kFarad - kMetre), 0.2e-9);
  EXPECT_DOUBLE_EQ(parse_quantity("64 KiB", kByte), 65536.0);
  EXPECT_DOUBLE_EQ(parse_quantity("2 days", kSecond), 172800.0);
  EXPECT_DOUBLE_EQ(parse_quantity("-3e-3 V", kVolt), -3e-3);
}

TEST(Units, ReadsAndWritesHeatAndDensities) {
  const Dimension density = Dimension{} - kSquareMetre, resistance = kKelvin - kWatt;
  EXPECT_DOUBLE_EQ(parse_quantity("0.1 /cm2", density), 1e3);
  EXPECT_DOUBLE_EQ(parse_quantity("0.3 K/W", resistance), 0.3);
  EXPECT_DOUBLE_EQ(parse_quantity("1.66 MJ/m3/K", kJoule - kSquareMetre - kMetre - kKelvin),
                   1.66e6);
  EXPECT_DOUBLE_EQ(parse_quantity("10 K*mm2/W", resistance + kSquareMetre), 1e-5);
  EXPECT_EQ(format_quantity(1e3, density), "1000 /m2");
  EXPECT_EQ(format_quantity(0.3, resistance), "0.3 K/W");
  for (const Dimension d : {density, resistance, resistance + kSquareMetre,
                            kWatt - kMetre - kKelvin, kJoule - kSquareMetre - kMetre - kKelvin}) {
    EXPECT_EQ(parse_quantity(format_quantity(1.0 / 3.0, d), d), 1.0 / 3.0);
  }
  EXPECT_NE(refusal("1 /", density), "");
  EXPECT_NE(refusal("1 //m2", density), "");
}

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Accumulable = requires(A a, B b) {
  a += b;
};

// MICSim (2e7b677, TransformerLayer.py) adds a latency to an energy.
TEST(Units, SecondsCannotBeAddedToJoules) {
  EXPECT_TRUE((Addable<Joules, Joules> && Accumulable<Joules, Joules>));
  EXPECT_FALSE((Addable<Joules, Seconds> || Accumulable<Joules, Seconds>));
  EXPECT_FALSE((Addable<Joules, double> || Accumulable<Joules, double>));
}

TEST(Units, PrefixesDoNotAddRoundingToWholeNumbers) {
  EXPECT_EQ(parse_quantity("22 nm", kMetre), 22e-9);
  EXPECT_EQ(parse_quantity("0.5 mW/mm2", kWatt - kSquareMetre), 500.0);
  EXPECT_EQ(format_quantity(22e-9, kMetre), "22 nm");
}

TEST(Units, MinutesAreNotMilliInchesNorMegaAnything) {
  EXPECT_DOUBLE_EQ(parse_quantity("30 min", kSecond), 1800.0);
  EXPECT_THAT(refusal("1 Min", kSecond), testing::HasSubstr("unknown unit"));
}

TEST(Units, RefusesBareNumbersWithAnExample) {
  EXPECT_THAT(refusal("0.2", kVolt), testing::HasSubstr("has no unit"));
  EXPECT_THAT(refusal("0.2", kVolt), testing::HasSubstr("'0.2 V'"));
}

TEST(Units, RefusesOtherDimensionsUnknownUnitsAndNonsense) {
  EXPECT_THAT(refusal("3 mA", kVolt), testing::HasSubstr("another unit"));
  EXPECT_THAT(refusal("3 parsecs", kMetre), testing::HasSubstr("unknown unit"));
  for (const char* text :
       {"", " ", "V", "nan V", "inf V", "1e999 V", "1 V V", "1 /V", "1 V/", "x V"}) {
    EXPECT_NE(refusal(text, kVolt), "") << text;
  }
  EXPECT_NE(refusal("1e308 TV", kVolt), "");
}

TEST(Units, FormattedQuantitiesReadBackToTheSameBits) {
  for (const double si : {1e-9, 1.2e-9, 0.2, 40e-6, 1.0 / 3.0, 6000.0, 83000e-12, 0.0, -0.5, 1e-30,
                          123456789.0, 5e-324}) {
    for (const Dimension d : {kVolt, kSecond, kSquareMetre, kJoule - kByte}) {
      EXPECT_EQ(parse_quantity(format_quantity(si, d), d), si) << format_quantity(si, d);
    }
  }
}

TEST(Units, FormatsWithThePrefixThatSuits) {
  EXPECT_EQ(format_quantity(10e-9, kSecond), "10 ns");
  EXPECT_EQ(format_quantity(0.2, kVolt), "200 mV");
  EXPECT_EQ(format_quantity(1e9, kHertz), "1 GHz");
  EXPECT_EQ(format_quantity(1e-6, kSquareMetre), "1 mm2");
}

TEST(Units, ProductsAndRatiosCarryTheirDimension) {
  static_assert(std::is_same_v<decltype(Volts(1) * Amperes(1)), Watts>);
  static_assert(std::is_same_v<decltype(Volts(1) / Amperes(1)), Ohms>);
  static_assert(std::is_same_v<decltype(Watts(1) * Seconds(1)), Joules>);
  static_assert(std::is_same_v<decltype(Volts(1) / Volts(2)), double>);
  EXPECT_DOUBLE_EQ((Volts(0.2) * Volts(0.2) * Siemens(100e-6) * Seconds(1e-9)).si(), 4e-15);
}

}  // namespace
}  // namespace ohm
