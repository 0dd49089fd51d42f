// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/converter_bank.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "core/error.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::bank_of;
using testing::draw_of;
using testing::erring_spec;
using testing::ideal_code;
using testing::uniform_sums;

std::vector<std::string> rounding_kinds() {
  auto kinds = adc_kinds();
  std::erase(kinds, "ideal");
  return kinds;
}

/// Sums on a grid of 1/4 step, so that every second one or fourth one is a tie, and random ones.
std::vector<float> test_sums(const CodeRange& codes) {
  auto sums = uniform_sums(100000, codes.low - 3.0, codes.high + 3.0);
  for (double s = codes.low - 3.0; s <= codes.high + 3.0; s += 0.25) {
    sums.push_back(static_cast<float>(s));
  }
  return sums;
}

void expect_ideal(const AdcSpec& spec, bool is_signed) {
  const CodeRange codes = make_adc(spec)->codes(is_signed);
  const auto sums = test_sums(codes);
  auto converted = sums;
  const ConverterBank bank = bank_of(spec, std::ssize(sums), 3, is_signed);
  const Index clipped = bank.convert(converted, 0);
  Index expected_clipped = 0, wrong = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    const double sum = static_cast<double>(sums[i]), far = 1e9;
    wrong += static_cast<double>(converted[i]) != ideal_code(sum, codes) ? 1 : 0;
    const double offset = codes.low - std::floor(codes.low);
    const double unheld = ideal_code(sum, {-far + offset, far + offset});
    expected_clipped += unheld < codes.low || unheld > codes.high ? 1 : 0;
  }
  EXPECT_EQ(wrong, 0) << spec.kind << " " << spec.levels << " " << spec.bits << " " << is_signed;
  EXPECT_EQ(clipped, expected_clipped) << spec.kind << " " << spec.levels << " " << spec.bits;
}

TEST(ConverterBank, EveryKindWithIdealPartsIsTheIdealQuantiserTiesIncluded) {
  for (const std::string& kind : rounding_kinds()) {
    for (const char* levels : {"sign_magnitude", "mid_tread", "mid_rise"}) {
      expect_ideal(adc_spec(kind, 8, levels), true);
    }
    expect_ideal(adc_spec(kind, 8), false);
    expect_ideal(adc_spec(kind, 3, "mid_rise"), false);
    expect_ideal(adc_spec(kind, 2), true);
    expect_ideal(adc_spec(kind, 12, "mid_tread"), true);
  }
}

TEST(ConverterBank, ASplitArrayOfIdealCapacitorsIsIdeal) {
  for (const char* kind : {"sar", "ramp"}) {
    AdcSpec spec = adc_spec(kind, 8);
    spec.split_bits = 4;
    auto sums = uniform_sums(100000, -127.0, 127.0);
    auto converted = sums;
    bank_of(spec, std::ssize(sums)).convert(converted, 0);
    Index wrong = 0;
    for (size_t i = 0; i < sums.size(); ++i) wrong += converted[i] != std::nearbyint(sums[i]);
    // the bridge of 16/15 units is no whole number: levels are exact to rounding only
    EXPECT_LE(wrong, 2) << kind;
  }
}

/// Readable twin: the code after the last position that the sum reaches.
double code_after(const Transitions& transitions, double sum) {
  size_t i = 0;
  while (i < transitions.positions.size() && sum >= transitions.positions[i]) ++i;
  return transitions.codes[i];
}

TEST(ConverterBank, ErringConvertersAgreeWithASearchThroughTheirTransitions) {
  for (const std::string& kind : rounding_kinds()) {
    const AdcSpec spec = erring_spec(kind);
    const auto adc = make_adc(spec);
    const Index n = 20000, n_converters = 5;
    const auto sums = uniform_sums(n, -140.0, 140.0);
    auto converted = sums;
    bank_of(spec, n, n_converters).convert(converted, 0);
    std::vector<Transitions> twins;
    for (std::uint32_t c = 0; c < 5; ++c) twins.push_back(adc->transitions(draw_of(c), true));
    for (size_t i = 0; i < sums.size(); ++i) {
      ASSERT_EQ(static_cast<double>(converted[i]),
                code_after(twins[i % 5], static_cast<double>(sums[i])))
          << kind << " at " << sums[i];
    }
  }
}

TEST(ConverterBank, AnySplitOfTheColumnsGivesTheSameCodes) {
  for (const char* kind : {"uniform", "sar", "pipeline"}) {
    const ConverterBank bank = bank_of(erring_spec(kind), 137, 9);
    const auto sums = uniform_sums(137, -140.0, 140.0);
    auto whole = sums;
    const Index clipped = bank.convert(whole, 0);
    for (const Index width : {1, 3, 16, 50}) {
      auto parts = sums;
      Index total = 0;
      for (Index first = 0; first < 137; first += width) {
        const Index n = std::min(width, 137 - first);
        total += bank.convert(
            std::span(parts).subspan(static_cast<size_t>(first), static_cast<size_t>(n)), first);
      }
      EXPECT_EQ(parts, whole) << kind << " " << width;
      EXPECT_EQ(total, clipped);
    }
  }
}

// DNN+NeuroSim V1.5 (cddb7d3, macro.py) clamps codes at 2^bits: 129 of them for 7 bits.
TEST(ConverterBank, ConvertersOfBBitsHaveNoMoreThanTwoToTheBCodes) {
  for (const std::string& kind : rounding_kinds()) {
    for (const bool is_signed : {false, true}) {
      auto sums = uniform_sums(50000, -300.0, 300.0);
      bank_of(erring_spec(kind, 7), 50000, 4, is_signed).convert(sums, 0);
      EXPECT_LE(std::set<float>(sums.begin(), sums.end()).size(), 128U) << kind;
    }
    auto sums = uniform_sums(50000, -300.0, 300.0);
    bank_of(adc_spec(kind, 7, "mid_tread"), 50000).convert(sums, 0);
    EXPECT_EQ(std::set<float>(sums.begin(), sums.end()).size(), 128U) << kind;
  }
}

// CrossSim (0a2eb1e, sar_adc.py) draws the capacitors once for all converters of an array.
TEST(ConverterBank, ConvertersOfOneArrayHaveCapacitorsOfTheirOwn) {
  AdcSpec spec = adc_spec("sar");
  spec.capacitor_mismatch = 0.02;
  const auto adc = make_adc(spec);
  EXPECT_NE(adc->thresholds(draw_of(0), true), adc->thresholds(draw_of(1), true));
  EXPECT_EQ(adc->thresholds(draw_of(1), true), adc->thresholds(draw_of(1), true));
  AdcDraw other = draw_of(0);
  other.array = 1;
  EXPECT_NE(adc->thresholds(draw_of(0), true), adc->thresholds(other, true));
}

// One bit short of the worst case: 128 rows of level 3.
TEST(ConverterBank, OneBitShortSaturatesAtTheKnownCode) {
  std::vector<float> sums{384.0F, 255.0F};
  EXPECT_EQ(bank_of(adc_spec("sar", 8), 2, 1, false).convert(sums, 0), 1);
  EXPECT_EQ(sums, (std::vector<float>{255.0F, 255.0F}));
  sums = {384.0F, 255.0F};
  EXPECT_EQ(bank_of(adc_spec("sar", 9), 2, 1, false).convert(sums, 0), 0);
  EXPECT_EQ(sums, (std::vector<float>{384.0F, 255.0F}));
}

TEST(ConverterBank, QuantisationOfUniformSumsErrsByATwelfthOfAStepSquared) {
  const Index n = 400000;
  const auto sums = uniform_sums(n, -127.0, 127.0);
  auto codes = sums;
  bank_of(adc_spec("sar"), n).convert(codes, 0);
  double mean = 0.0, square = 0.0, product = 0.0;
  for (size_t i = 0; i < sums.size(); ++i) {
    const double error = static_cast<double>(codes[i]) - static_cast<double>(sums[i]);
    mean += error, square += error * error, product += error * static_cast<double>(sums[i]);
  }
  const double size = static_cast<double>(n);
  const double sigma = std::sqrt(1.0 / 12.0);
  EXPECT_NEAR(mean / size, 0.0, 5.0 * sigma / std::sqrt(size));
  // the fourth moment of a uniform error is 1/80
  EXPECT_NEAR(square / size, 1.0 / 12.0, 5.0 * std::sqrt((1.0 / 80.0 - 1.0 / 144.0) / size));
  EXPECT_NEAR(product / size, 0.0, 5.0 * sigma * 127.0 / std::sqrt(3.0) / std::sqrt(size));
}

TEST(ConverterBank, StochasticRoundingIsUnbiasedAndErrsByASixthOfAStepSquared) {
  const Index n = 400000;
  for (const char* kind : {"uniform", "sar"}) {
    AdcSpec spec = adc_spec(kind);
    spec.rounding = "stochastic";
    const auto sums = uniform_sums(n, -126.0, 126.0), uniforms = uniform_sums(n, 0.0, 1.0, 5);
    auto codes = sums;
    EXPECT_EQ(bank_of(spec, n).convert(codes, 0, uniforms), 0);
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < sums.size(); ++i) {
      const double error = static_cast<double>(codes[i]) - static_cast<double>(sums[i]);
      ASSERT_LT(std::abs(error), 1.0 + 1e-4);
      mean += error, square += error * error;
    }
    const double size = static_cast<double>(n);
    EXPECT_NEAR(mean / size, 0.0, 5.0 * std::sqrt(1.0 / 6.0 / size)) << kind;
    // averaged over the fraction f the error has the fourth moment ∫ f(1-f)(f³ + (1-f)³) = 1/15
    EXPECT_NEAR(square / size, 1.0 / 6.0, 5.0 * std::sqrt((1.0 / 15.0 - 1.0 / 36.0) / size));
  }
}

TEST(ConverterBank, StochasticRoundingLeavesWholeSumsAlone) {
  AdcSpec spec = adc_spec("uniform");
  spec.rounding = "stochastic";
  std::vector<float> sums(1000, 5.0F);
  const auto uniforms = uniform_sums(1000, 0.0, 1.0);
  bank_of(spec, 1000).convert(sums, 0, uniforms);
  EXPECT_EQ(sums, std::vector<float>(1000, 5.0F));
}

TEST(ConverterBank, AnIdealConverterReturnsTheSums) {
  const ConverterBank bank = bank_of(adc_spec("ideal"), 3);
  std::vector<float> sums{-1e12F, 0.3F, 7.0F};
  const auto before = sums;
  EXPECT_EQ(bank.convert(sums, 0), 0);
  EXPECT_EQ(sums, before);
  EXPECT_TRUE(bank.is_identity());
  EXPECT_FALSE(bank.is_ideal_quantiser());
  EXPECT_TRUE(bank_of(adc_spec("uniform"), 3).is_ideal_quantiser());
  EXPECT_FALSE(bank_of(erring_spec("uniform"), 3).is_ideal_quantiser());
}

TEST(ConverterBank, HugeAndInfiniteSumsTakeTheOuterCodes) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const std::string& kind : rounding_kinds()) {
    std::vector<float> sums{-infinity, -1e30F, -3e38F, infinity, 1e30F, 3e38F};
    EXPECT_EQ(bank_of(erring_spec(kind), 6, 2).convert(sums, 0), 6) << kind;
    EXPECT_EQ(sums, (std::vector<float>{-127, -127, -127, 127, 127, 127})) << kind;
  }
}

TEST(ConverterBank, AConverterWhoseOffsetExceedsItsRangeIsStuckAtAnOuterCode) {
  AdcSpec spec = adc_spec("sar", 4);
  spec.offset = 1e6;
  const ConverterBank bank = bank_of(spec, 50, 50);
  std::vector<float> sums(50, 0.0F);
  EXPECT_EQ(bank.convert(sums, 0), 50);
  for (const float code : sums) EXPECT_EQ(std::abs(code), 7.0F);
}

TEST(ConverterBank, EmptyBanksAndCallsAreAllowedAndWrongOnesRefused) {
  const auto adc = make_adc(adc_spec("sar"));
  EXPECT_EQ(ConverterBank(*adc, {}, {}, true).convert({}, 0), 0);
  const ConverterBank bank = bank_of(adc_spec("sar"), 4);
  std::vector<float> sums(4);
  EXPECT_EQ(bank.convert({}, 4), 0);
  EXPECT_THROW(bank.convert(sums, 1), ArgumentError);
  EXPECT_THROW(bank.convert(sums, -1), ArgumentError);
  EXPECT_THROW(bank.convert(sums, 0, sums), ArgumentError);
  const std::vector<Index> wiring{0, 1};
  const std::vector<AdcDraw> one{draw_of(0)};
  EXPECT_THROW(ConverterBank(*adc, one, wiring, true), ArgumentError);
  EXPECT_THROW(ConverterBank(*adc, {}, wiring, true), ArgumentError);
}

TEST(ConverterBank, GainAndOffsetAreThoseOfTheColumnsOwnConverter) {
  AdcSpec spec = adc_spec("uniform", 12);
  spec.gain_error = 0.01;
  spec.offset = 0.5;
  const auto adc = make_adc(spec);
  std::vector<float> sums(6, 1000.0F);
  bank_of(spec, 6, 3).convert(sums, 0);
  for (std::uint32_t j = 0; j < 6; ++j) {
    const AdcDraw draw = draw_of(j % 3);
    const double expected = (1.0 + 0.01 * draw.gain()) * 1000.0 + 0.5 * draw.offset();
    EXPECT_NEAR(static_cast<double>(sums[j]), expected, 0.501) << j;
  }
}

}  // namespace
}  // namespace ohm
