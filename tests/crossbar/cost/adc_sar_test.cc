// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_sar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

const Technology k22nm{Metres(22e-9), Volts(0.85), Process::high_performance};
const Technology k45nm{Metres(45e-9), Volts(1.0), Process::high_performance};

UnitCost sar(Index bits, const Technology& target = k22nm) {
  return adc_sar("sar", bits, target, Hertz(1e6));
}

TEST(AdcSar, OfEightBitsIsTheSumOfItsThreeParts) {
  // 22 nm, 0.85 V: 20 fF and 0.5 fF outweigh kT/C; Aladdin's register costs 9 fJ at 40 nm, 0.9 V.
  const double square = 0.85 * 0.85;
  const double logic =
      9e-15 * energy_scale({Metres(40e-9), Volts(0.9), Process::high_performance}, k22nm);
  const double expected = 8 * 20e-15 * square + 0.25 * 256 * 0.5e-15 * square + 32 * logic;
  EXPECT_NEAR(sar(8).energy.si() / expected, 1.0, 1e-12);
  EXPECT_NEAR(sar(8).energy.si(), 0.25e-12, 0.05e-12);
}

TEST(AdcSar, QuadruplesPerBitOnceNoiseSizesItsComparatorAndCapacitors) {
  // 12 kT 4^b / V² exceeds both floors at 14 bits: E ~ b 4^b for the comparator.
  const double noise = 12 * 1.380649e-23 * 300 * 268435456.0;  // 14 bits, times V² / V²
  EXPECT_NEAR(sar(14).energy.si() / (14 * 2 * noise + 0.25 * noise), 1.0, 0.01);
  EXPECT_NEAR(sar(20).energy / sar(19).energy, 4.0 * 20.0 / 19.0, 0.02);
}

TEST(AdcSar, EveryBitCostsEnergyAndAreaInEveryKind) {
  for (const char* kind :
       {"sar", "uniform", "flash", "ramp", "integrating", "pipeline", "cyclic"}) {
    for (Index bits = 1; bits < 20; ++bits) {
      const UnitCost fewer = adc_sar(kind, bits, k22nm, Hertz(1e6));
      const UnitCost more = adc_sar(kind, bits + 1, k22nm, Hertz(1e6));
      EXPECT_LT(fewer.energy, more.energy) << kind << ' ' << bits;
      EXPECT_LT(fewer.area, more.area) << kind << ' ' << bits;
    }
  }
}

TEST(AdcSar, FlashAndCountersPayForEveryCodeNotForEveryBit) {
  const auto ratio = [](const char* kind) {
    return adc_sar(kind, 7, k22nm, Hertz(1e6)).energy / adc_sar(kind, 6, k22nm, Hertz(1e6)).energy;
  };
  EXPECT_NEAR(ratio("flash"), 127.0 / 63.0, 0.15);
  EXPECT_NEAR(ratio("ramp"), 2.0, 0.02);
  EXPECT_LT(ratio("sar"), 1.3);
  const auto ramp = [](Index bits) { return adc_sar("ramp", bits, k22nm, Hertz(1e6)).energy; };
  EXPECT_NEAR(ramp(11) / ramp(10), 2.0, 0.05);  // far from the crossing noise does not matter
}

TEST(AdcSar, ComparatorAndCapacitorsDoNotShrinkLikeLogic) {
  const double logic = energy_scale(k45nm, k22nm);
  EXPECT_GT(sar(8).energy / sar(8, k45nm).energy, logic);
  EXPECT_NEAR(sar(16).energy / sar(16, k45nm).energy, 1.0, 0.01);  // noise knows no node
}

TEST(AdcSar, RunningFasterThanOneCoreTakesMoreOfThem) {
  const auto area = [](double rate) { return adc_sar("sar", 8, k22nm, Hertz(rate)).area; };
  EXPECT_EQ(area(1e6), area(1e9));
  EXPECT_NEAR(area(8e9) / area(4e9), 2.0, 1e-9);
}

TEST(AdcSar, SaysWhatItIsAndWhatItStandsFor) {
  EXPECT_THAT(sar(8).source, testing::HasSubstr("references, buffers and clock not counted"));
  EXPECT_THAT(adc_sar("pipeline", 8, k22nm, Hertz(1e6)).source,
              testing::HasSubstr("pipeline costed as a SAR"));
  EXPECT_THAT(adc_sar("ramp", 8, k22nm, Hertz(1e6)).source,
              testing::Not(testing::HasSubstr("costed as")));
  EXPECT_THROW(sar(0), ArgumentError);
  EXPECT_THROW(sar(21), ArgumentError);
}

TEST(AdcSar, ResizesAKnownConverterThereAndBack) {
  UnitCost known;
  known.energy = known.energy_low = known.energy_high = Joules(1e-12);
  known.area = known.area_low = known.area_high = SquareMetres(1e-9);
  known.source = "paper";
  const UnitCost few = adc_resized(known, 4, 2);
  EXPECT_LT(few.energy, known.energy);
  EXPECT_LT(few.area, known.area);
  EXPECT_NEAR(adc_resized(few, 2, 4).energy.si(), 1e-12, 1e-24);
  EXPECT_THAT(few.source, testing::HasSubstr("paper; 4 bits -> 2 bits"));
}

}  // namespace
}  // namespace ohm
