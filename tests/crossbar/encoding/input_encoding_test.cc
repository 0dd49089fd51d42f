// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/input_encoding.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(InputEncoding, StepsRecombineToEveryInput) {
  for (const char* encoding : {"bit_serial", "bipolar"}) {
    for (Index bits = 2; bits <= 9; ++bits) {
      for (Index width = 1; width <= bits; ++width) {
        const auto slices = input_slices({bits, width, encoding, "dynamic", 99.9});
        const Index half = Index{1} << (bits - 1);
        for (Index x = 1 - half; x < half; ++x) {
          double sum = 0.0;
          for (const InputSlice& s : slices) {
            const Index value = s.value(static_cast<std::int32_t>(x));
            EXPECT_LE(std::abs(value), s.top());
            sum += s.weight() * static_cast<double>(value);
          }
          ASSERT_EQ(sum, static_cast<double>(x)) << encoding << " " << bits << " " << width;
        }
      }
    }
  }
}

TEST(InputEncoding, BitSerialNeverDrivesANegativeValue) {
  for (const InputSlice& s : input_slices({8, 3, "bit_serial", "dynamic", 99.9})) {
    for (int x = -128; x < 128; ++x) EXPECT_GE(s.value(x), 0);
  }
}

TEST(InputEncoding, TheSignOfTwosComplementIsAStepOfItsOwn) {
  EXPECT_EQ(input_slices({8, 1, "bit_serial", "dynamic", 99.9}).size(), 8U);
  EXPECT_EQ(input_slices({8, 8, "bit_serial", "dynamic", 99.9}).size(), 2U);
  EXPECT_EQ(input_slices({8, 7, "bipolar", "dynamic", 99.9}).size(), 1U);
}

TEST(InputEncoding, PulsesRecombineToEveryInput) {
  for (const char* encoding : {"pwm", "split_pwm", "bit_planes"}) {
    for (Index bits = 2; bits <= 9; ++bits) {
      const InputSpec spec{bits, 1, encoding, "dynamic", 99.9};
      const InputRange range = input_range(spec);
      for (Index x = range.low; x <= range.high; ++x) {
        double sum = 0.0;
        for (const InputSlice& s : input_slices(spec)) {
          sum += s.weight() * static_cast<double>(s.value(static_cast<std::int32_t>(x)));
        }
        ASSERT_EQ(sum, static_cast<double>(x)) << encoding << " " << bits;
      }
    }
  }
}

TEST(InputEncoding, APulseLastsOneReadTimePerUnit) {
  MacroSpec macro;
  macro.read.time = Seconds(1e-9);
  macro.input.encoding = "pwm";
  EXPECT_DOUBLE_EQ(step_time(macro).si(), 127e-9);
  macro.input.encoding = "split_pwm";  // 7 bits: 4 and 3
  EXPECT_DOUBLE_EQ(step_time(macro).si(), 15e-9);
  macro.input.encoding = "bit_serial";
  EXPECT_DOUBLE_EQ(step_time(macro).si(), 1e-9);
}

// Wan et al., Nature 608 (2022): n - 1 pulses and 2^(n-1) - 1 integrations, above 4 bits in halves.
TEST(InputEncoding, BitPlanesPulseEveryBitAndIntegrateItsWeight) {
  MacroSpec macro;
  macro.read = {Volts(0.5), Seconds(10e-9), Seconds(250e-9)};
  macro.input = {4, 1, "bit_planes", "dynamic", 99.9, 3};
  const std::vector<InputSlice> one = input_slices(macro.input);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(pulses(macro.input, one[0]), 3);
  EXPECT_EQ(integrations(macro.input, one[0]), 7);
  EXPECT_DOUBLE_EQ(read_time(macro, one[0]).si(), 3 * 10e-9 + 7 * 250e-9);
  EXPECT_EQ(step_time(macro), macro.read.time);
  EXPECT_TRUE(drives_pulse_width(macro));
  macro.input.bits = 6;
  const std::vector<InputSlice> two = input_slices(macro.input);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].bits, 3);
  EXPECT_EQ(two[1].bits, 2);
  EXPECT_EQ(two[1].shift, 3);
  macro.input.split_above = 15;
  EXPECT_EQ(input_slices(macro.input).size(), 1U);
}

TEST(InputEncoding, ABinaryInputOfBitPlanesIsOneTernaryPulse) {
  const InputSpec spec{1, 1, "bit_planes", "dynamic", 99.9, 3};
  const InputSlice only = input_slices(spec).front();
  EXPECT_EQ(only.value(1), 1);
  EXPECT_EQ(only.value(-1), -1);
  EXPECT_EQ(pulses(spec, only), 1);
}

TEST(InputEncoding, OnlyBitPlanesIntegrate) {
  for (const char* encoding : {"bit_serial", "bipolar", "pwm"}) {
    const InputSpec spec{8, 1, encoding, "dynamic", 99.9};
    for (const InputSlice& slice : input_slices(spec)) {
      EXPECT_EQ(pulses(spec, slice), 1);
      EXPECT_EQ(integrations(spec, slice), 0);
    }
  }
}

TEST(InputEncoding, AnInputOfOneBitIsASign) {
  const InputSlice only = input_slices({1, 1, "bit_serial", "dynamic", 99.9}).front();
  EXPECT_EQ(only.value(1), 1);
  EXPECT_EQ(only.value(-1), 0);
  EXPECT_EQ(only.complement(-1), 1);
}

TEST(InputEncoding, WideSlicesComeFirstAndCarryEveryBitOnce) {
  InputSpec input;
  EXPECT_EQ(driven_slices(input).size(), input_slices(input).size());
  input.speculation.slice_bits = {4, 2, 2};
  const auto slices = driven_slices(input);
  ASSERT_EQ(slices.size(), 11U);
  for (std::int32_t x = -128; x < 128; ++x) {
    Index bits = 0;
    for (size_t i = 0; i < 3; ++i) bits |= slices[i].value(x) << slices[i].shift;
    EXPECT_EQ(bits, x & 255);
  }
  EXPECT_EQ(slices[0].top(), 15);
  EXPECT_EQ(slices[3].shift, 0);
}

}  // namespace
}  // namespace ohm
