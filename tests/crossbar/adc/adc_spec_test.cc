// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

struct Named : AdcSpec {
  std::string name;
};

AdcSpec parsed(const std::string& text) {
  return parse_spec<Named>(text, "a.yaml", {});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { parsed(text); });
}

TEST(AdcSpec, AutomaticBitsGoWithALosslessRangeOnly) {
  EXPECT_EQ(parsed("bits: auto\nrange: lossless\n").bits, AdcSpec::kAutoBits);
  EXPECT_THAT(refusal("bits: auto\nrange: max\n"), HasSubstr("a.yaml:1:7: bits: auto goes with"));
}

TEST(AdcSpec, EveryKindReadsItsOwnParts) {
  EXPECT_EQ(parsed("kind: sar\ncapacitor_mismatch: 0.01\nsplit_bits: 4\n").split_bits, 4);
  EXPECT_EQ(parsed("kind: pipeline\namplifier_gain: 1000\n").amplifier_gain, 1000);
  EXPECT_EQ(parsed("kind: cyclic\namplifier_gain: infinite\n").amplifier_gain,
            AdcSpec::kInfiniteGain);
  EXPECT_EQ(parsed("kind: flash\ncomparator_offset: 0.2\n").comparator_offset, 0.2);
  EXPECT_FALSE(parsed("kind: integrating\nhalf_lsb_correction: false\n").half_lsb_correction);
  EXPECT_EQ(parsed("kind: uniform\ninl: 1.0\ndnl: 0.2\n").inl, 1.0);
  EXPECT_TRUE(parsed("per_column: true\nrange: learned\n").per_column);
}

TEST(AdcSpec, IsaacsConverterIsAsFastAsItsResolutionLets) {
  EXPECT_EQ(refusal("bits: 8\nrate: 1.28 GHz\ncost: isaac\n"), "");
  EXPECT_THAT(refusal("bits: 8\nrate: 1.3 GHz\ncost: isaac\n"), HasSubstr("1.28 GHz"));
  // 0.9 GHz at 8 bits is 1.62 GHz at 4, with the same decisions per second
  EXPECT_EQ(refusal("bits: 4\nrate: 0.9 GHz\nrate_bits: 8\ncost: isaac\n"), "");
  // 1.2 GHz at 4 bits is 0.67 GHz at 8
  EXPECT_EQ(refusal("bits: 8\nrate: 2 GHz\nrate_bits: 4\ncost: isaac\n"), "");
  EXPECT_THAT(refusal("bits: 8\nrate: 2.4 GHz\nrate_bits: 4\ncost: isaac\n"),
              HasSubstr("1.28 GHz"));
}

TEST(AdcSpec, PartsThatAKindDoesNotHaveAreRefused) {
  for (const char* text :
       {"kind: uniform\ncapacitor_mismatch: 0.01\n", "kind: flash\nsplit_bits: 2\n",
        "kind: flash\namplifier_gain: 100\n", "kind: uniform\ncomparator_offset: 1\n",
        "kind: sar\ninl: 1\n", "kind: integrating\ndnl: 0.1\n",
        "kind: sar\nhalf_lsb_correction: false\n"}) {
    EXPECT_THAT(refusal(text), HasSubstr("has no such part; leave it out or use kind")) << text;
  }
  EXPECT_THAT(refusal("kind: ideal\nlevels: mid_rise\n"), HasSubstr("does not round"));
  EXPECT_THAT(refusal("kind: ideal\nnoise: 0.1\n"), HasSubstr("no offset, gain_error or noise"));
}

TEST(AdcSpec, BitsAndLevelsFitTheKindAndTheRange) {
  EXPECT_EQ(parsed("kind: sar\nbits: 14\n").bits, 14);
  EXPECT_THAT(refusal("kind: sar\nbits: 15\n"), HasSubstr("expected 2 to 14"));
  EXPECT_THAT(refusal("kind: flash\nbits: 1\n"), HasSubstr("expected 2 to 14"));
  EXPECT_EQ(parsed("kind: uniform\nbits: 20\n").bits, 20);
  EXPECT_THAT(refusal("kind: sar\nbits: 4\nsplit_bits: 4\n"), HasSubstr("fewer than the 4 bits"));
  EXPECT_THAT(refusal("levels: mid_rise\nrange: lossless\n"), HasSubstr("no code for zero"));
  EXPECT_THAT(refusal("per_column: true\nrange: lossless\n"), HasSubstr("leave per_column out"));
}

TEST(AdcSpec, IdealisedKeepsWhatIsNoError) {
  const AdcSpec ideal = idealised(parsed(
      "{kind: sar, bits: 6, range: mse, levels: mid_rise, capacitor_mismatch: 0.01, noise: 0.5, "
      "rounding: stochastic, rate: 2 GHz}"));
  EXPECT_EQ(ideal.kind, "ideal");
  EXPECT_EQ(ideal.bits, 6);
  EXPECT_EQ(ideal.range, "mse");
  EXPECT_EQ(ideal.rate, Hertz(2e9));
  EXPECT_EQ(ideal.noise + ideal.capacitor_mismatch, 0.0);
  EXPECT_EQ(ideal.rounding, "nearest");
}

TEST(AdcSpec, ARateHoldsAtEveryResolutionUnlessItNamesOne) {
  EXPECT_EQ(conversion_rate(parsed("rate: 1 GHz\n"), 12), Hertz(1e9));
  const AdcSpec sar = parsed("kind: sar\nrate: 1 GHz\nrate_bits: 8\n");
  EXPECT_EQ(conversion_rate(sar, 8), Hertz(1e9));
  EXPECT_DOUBLE_EQ(conversion_rate(sar, 11).si(), 0.75e9);
  const AdcSpec ramp = parsed("kind: ramp\nrate: 1 GHz\nrate_bits: 8\n");
  EXPECT_DOUBLE_EQ(conversion_rate(ramp, 10).si(), 0.25e9);
  const AdcSpec flash = parsed("kind: flash\nrate: 1 GHz\nrate_bits: 8\n");
  EXPECT_DOUBLE_EQ(conversion_rate(flash, 10).si(), 1e9);
}

TEST(AdcSpec, PublishedConvertersAreReadAndCostPublishedNeedsThem) {
  const AdcSpec spec = parsed(
      "cost: published\npublished:\n"
      "  - {bits: 8, energy: 2 pJ, area: 1200 um2, rate: 1.2 GHz, node: 32 nm, vdd: 1 V, source: "
      "S}\n"
      "  - {bits: 6, energy: 1 pJ, rate: 1.2 GHz, node: 32 nm, vdd: 1 V, source: T}\n");
  ASSERT_EQ(spec.published.size(), 2U);
  EXPECT_EQ(spec.published[1].bits, 6);
  EXPECT_EQ(spec.published[1].area, SquareMetres(0.0));
  EXPECT_THAT(refusal("cost: published\n"), HasSubstr("cost published needs the list"));
  EXPECT_THAT(refusal("published: [{bits: 8, energy: 2 pJ}]\n"), HasSubstr("rate"));
}

}  // namespace
}  // namespace ohm
